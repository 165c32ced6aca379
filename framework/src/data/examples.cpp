#include "data/examples.h"

#include <algorithm>

#include "data/conll.h"
#include "data/csv.h"
#include "data/jsonl.h"
#include "data/split.h"
#include "data/tag_list.h"
#include "data/text_lines.h"
#include "io/file.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 34;

std::string ending_of(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return ending;
}

bool is_conll(const std::string& ending) {
  return ending == ".conll" || ending == ".txt" || ending == ".annotated";
}

std::string names_of(const Value& row) {
  std::string names;
  for (const auto& [key, cell] : row.table()) names += (names.empty() ? "" : ", ") + Value(key).json();
  return names;
}

/// What to do about a key that is missing; `setting` says how an experiment names another one.
std::string key_remedy(const TextKeys& keys, const std::string& setting) {
  return keys.fixed ? "; rename it in the file"
                    : "; rename it, or set " + setting + " in [data] or in the task's table";
}

void read_text(Examples& examples, const Value& row) {
  const Value* text = row.find(examples.keys.text);
  if (!text) {
    const Value* tokens = row.find("tokens");
    row.refuse("the key " + Value(examples.keys.text).json() + " is missing, the line has " + names_of(row) +
               key_remedy(examples.keys, tokens && tokens->is(Value::Kind::array)
                                             ? "the key of the tokens with text = \"tokens\""
                                             : "the key of the text with text = \"...\""));
  }
  if (!text->is(Value::Kind::array)) {
    examples.texts.push_back(text->string());
    return;
  }
  examples.tokens.resize(examples.rows.size());
  examples.tokens[examples.texts.size()] = *text;
  examples.texts.push_back(joined_tokens(*text));
}

void read_partners(Examples& examples) {
  const std::string key = Value(examples.keys.pair).json();
  const Value *without = nullptr, *wrong = nullptr;
  for (const Value& row : examples.rows) {
    const Value* partner = row.find(examples.keys.pair);
    if (!partner || partner->is(Value::Kind::null))
      without = without ? without : &row;
    else if (partner->is(Value::Kind::string))
      examples.partners.push_back(partner->string());
    else
      wrong = wrong ? wrong : partner;
  }
  if (!wrong && !without) return;
  const std::size_t found = examples.partners.size();
  examples.partners.clear();
  if (wrong)
    examples.why_no_partners = "has a second text that is not a string: " + wrong->place().prefix() +
                               "the key " + key + " is the " + std::string(kind_name(wrong->kind())) + " " +
                               wrong->json() + "; write it as a string";
  else if (found > 0)
    examples.why_no_partners =
        "has a second text (key " + key + ") in " + std::to_string(found) + " of " +
        std::to_string(examples.rows.size()) + " examples only; the first without one is at " +
        without->place().str() +
        "; give every example a second text, or move those without one to another file";
  else
    examples.why_no_partners =
        "has no key " + key +
        key_remedy(examples.keys, "the key of the second sentence with text_pair = \"...\"");
}

Examples from_table(CsvTable table, char delimiter, const TextKeys& keys, const std::string& source) {
  const auto check = [&](const std::string& name) {
    for (const Value& column : table.repeated)
      if (column.string() == name)
        column.refuse("the column " + column.json() + " occurs twice; name each column once");
  };
  check(keys.text);
  if (!table.rows.empty() && !table.rows.front().find(keys.text))
    throw Error(source + ":1: there is no column " + Value(keys.text).json() + "; the columns are " +
                names_of(table.rows.front()) + separator_hint(table.header, delimiter) +
                key_remedy(keys, "the column of the sentences with text = \"...\""));
  for (Value& row : table.rows)
    for (auto& [key, cell] : row.table())
      if (key != keys.text && cell.string().empty()) cell = Value().placed(cell.place());
  Examples examples = examples_from_rows(std::move(table.rows), keys);
  examples.repeated = std::move(table.repeated);
  if (!table.many_lines.empty())
    examples.warnings.push_back(table.many_lines.front().prefix() + many_lines_text(table));
  return examples;
}

Examples from_sentences(std::vector<TaggedSentence> sentences, const TextKeys& keys) {
  Examples examples;
  examples.keys = keys;
  examples.why_no_partners = "is a file of tags, which has no pairs; give a JSONL, CSV or TSV file";
  for (TaggedSentence& sentence : sentences) {
    const Place place = sentence.spans.place();
    examples.rows.push_back(Value(Value::Table{{keys.text, sentence.text}}).placed(place));
    examples.texts.push_back(std::move(sentence.text));
    examples.spans.push_back(std::move(sentence.spans));
  }
  return examples;
}

Examples subset(const Examples& all, const std::vector<std::int64_t>& indices) {
  Examples part;
  part.keys = all.keys;
  part.repeated = all.repeated;
  part.why_no_partners = all.why_no_partners;
  for (const std::int64_t i : indices) {
    part.texts.push_back(all.texts[i]);
    part.rows.push_back(all.rows[i]);
    if (!all.partners.empty()) part.partners.push_back(all.partners[i]);
    if (!all.spans.empty()) part.spans.push_back(all.spans[i]);
    if (!all.tokens.empty()) part.tokens.push_back(all.tokens[i]);
  }
  return part;
}

}  // namespace

std::vector<Value> Examples::labels(std::string_view field) const {
  if (!spans.empty()) return spans;
  for (const Value& column : repeated)
    if (column.string() == field)
      column.refuse("the column " + column.json() + " occurs twice; name each column once");
  std::vector<Value> labels;
  labels.reserve(rows.size());
  for (const Value& row : rows) {
    const Value* label = row.find(field);
    labels.push_back(label ? *label : Value().placed(row.place()));
  }
  return labels;
}

std::vector<std::vector<std::string>> Examples::negatives() const {
  std::vector<std::vector<std::string>> all(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Value* list = rows[i].find("negatives");
    if (!list || list->is(Value::Kind::null)) continue;
    if (!list->is(Value::Kind::array))
      list->refuse("\"negatives\" is " + list->json() + "; expected an array of texts");
    for (const Value& text : list->array()) {
      if (!text.is(Value::Kind::string))
        list->refuse("\"negatives\" holds " + text.json() + "; expected an array of texts");
      all[i].push_back(text.string());
    }
  }
  return all;
}

const Value& Examples::tokens_of(std::size_t row) const {
  static const Value none;
  return tokens.empty() ? none : tokens[row];
}

Examples examples_from_rows(std::vector<Value> rows, const TextKeys& keys) {
  Examples examples;
  examples.rows = std::move(rows);
  examples.keys = keys;
  for (const Value& row : examples.rows) read_text(examples, row);
  if (keys.text != keys.pair)
    read_partners(examples);
  else
    examples.why_no_partners =
        "has no pairs, since 'text' and 'text_pair' name the same key; set another key with text_pair = "
        "\"...\"";
  return examples;
}

Examples read_examples(const std::filesystem::path& file, const TextKeys& keys) {
  const std::string ending = ending_of(file), source = file.string();
  const auto bytes = [&] { return read_file(file, kMostBytes); };
  Examples examples;
  std::string expected;
  if (ending == ".jsonl") {
    examples = examples_from_rows(parse_jsonl(bytes(), source), keys);
    expected = "one JSON object per line";
  } else if (ending == ".csv" || ending == ".tsv") {
    const char delimiter = ending == ".csv" ? ',' : '\t';
    examples = from_table(parse_csv(bytes(), delimiter, source), delimiter, keys, source);
    expected = "rows below its header";
  } else if (is_conll(ending)) {
    examples = from_sentences(parse_conll(bytes(), source), keys);
    expected = "one token and its tag per line";
  } else {
    throw Error("file '" + source +
                "' ends in none of .jsonl, .csv, .tsv, .conll, .txt, .annotated; the extension determines "
                "the format");
  }
  if (examples.texts.empty()) throw Error("file '" + source + "' holds no examples; expected " + expected);
  return examples;
}

const Examples& ExampleFiles::add(const std::string& name, const std::string& file, const TextKeys& keys) {
  return files_.emplace(name, read_examples(file, keys)).first->second;
}

const Examples& ExampleFiles::get(const std::string& file) {
  const auto found = files_.find(file);
  return found == files_.end() ? add(file, file, keys_) : found->second;
}

std::string ExampleFiles::with_keys(const std::string& file, const TextKeys& keys) {
  if (file.empty() || keys == keys_ || is_conll(ending_of(file))) return file;
  std::string different;
  if (keys.text != keys_.text) different = "text = " + keys.text;
  if (keys.pair != keys_.pair) different += (different.empty() ? "" : ", ") + ("text_pair = " + keys.pair);
  std::string name = file + " (" + different + ")";
  TextKeys own = keys;
  own.fixed = keys_.fixed;
  if (paths_.emplace(name, file).second) add(name, file, own);
  return name;
}

const std::string& ExampleFiles::path(const std::string& name) const {
  const auto found = paths_.find(name);
  return found == paths_.end() ? name : found->second;
}

std::vector<std::string> ExampleFiles::warnings() const {
  std::vector<std::string> all;
  for (const auto& [name, examples] : files_)
    for (const std::string& warning : examples.warnings)
      if (std::find(all.begin(), all.end(), warning) == all.end()) all.push_back(warning);
  return all;
}

void ExampleFiles::set_label(const std::string& file, const std::string& field, std::size_t row,
                             Value label) {
  Examples& examples = files_.at(file);
  if (examples.spans.empty())
    examples.rows[row].set(field, std::move(label));
  else
    examples.spans[row] = std::move(label);
}

ExampleFiles::Parts ExampleFiles::split(const std::string& file, double share, std::uint64_t seed) {
  const std::string text = Value(share).json();
  Parts parts{file + " (all but " + text + ")", file + " (" + text + " of it)"};
  if (files_.contains(parts.train)) return parts;
  const Examples& all = get(file);
  const Split indices = [&] {
    try {
      return split_examples(all, share, seed);
    } catch (const Error& error) {
      throw Error("file '" + file + "': " + error.what());
    }
  }();
  files_.emplace(parts.train, subset(all, indices.train));
  Examples& dev = files_.emplace(parts.dev, subset(all, indices.dev)).first->second;
  if (!indices.note.empty()) dev.warnings.push_back("file '" + file + "': " + indices.note);
  return parts;
}

std::string ExampleFiles::without(const std::string& file, const std::vector<std::string>& others) {
  std::string name = file + " (without the held-out share)";
  if (files_.contains(name)) return name;
  std::vector<const Examples*> held_out;
  held_out.reserve(others.size());
  for (const std::string& other : others) held_out.push_back(&get(other));
  Examples left = subset(get(file), unseen_examples(get(file), held_out));
  if (left.texts.empty())
    throw Error("every example of '" + file +
                "' shares a sentence with a dev or test file, so drop_overlap = true drops all of them; give "
                "other files, or set it to false");
  files_.emplace(name, std::move(left));
  return name;
}

std::string ExampleFiles::draw(const std::string& file, std::int64_t count, std::uint64_t seed) {
  std::string name = file + " (" + std::to_string(count) + " examples)";
  if (!files_.contains(name)) files_.emplace(name, subset(get(file), draw_examples(get(file), count, seed)));
  return name;
}

}  // namespace mtt
