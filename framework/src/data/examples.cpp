#include "data/examples.h"

#include <algorithm>

#include "data/conll.h"
#include "data/csv.h"
#include "data/jsonl.h"
#include "data/split.h"
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

void read_partners(Examples& examples) {
  std::size_t without = 0;
  for (std::size_t i = 0; i < examples.rows.size(); ++i) {
    const Value* partner = examples.rows[i].find(kTextPair);
    if (partner && !partner->is(Value::Kind::null))
      examples.partners.push_back(partner->string());
    else
      without = i;
  }
  if (!examples.partners.empty() && examples.partners.size() != examples.rows.size()) {
    examples.rows[without].refuse("the key 'text_pair' is missing, and " +
                                  std::to_string(examples.partners.size()) +
                                  " other examples of the file have it; give every example one, or none");
  }
}

Examples from_table(std::vector<Value> rows, const std::string& text_field, const std::string& source) {
  if (!rows.empty() && !rows.front().find(text_field)) {
    std::string columns;
    for (const auto& [key, cell] : rows.front().table())
      columns += (columns.empty() ? "" : ", ") + Value(key).json();
    throw Error(source + ":1: there is no column " + Value(text_field).json() + "; the columns are " +
                columns + "; name the one with the sentences by text = \"...\" in [data]");
  }
  for (Value& row : rows)
    for (auto& [key, cell] : row.table())
      if (key != text_field && cell.string().empty()) cell = Value().placed(cell.place());
  return examples_from_rows(std::move(rows), text_field);
}

Examples from_sentences(std::vector<TaggedSentence> sentences, const std::string& text_field) {
  Examples examples;
  for (TaggedSentence& sentence : sentences) {
    const Place place = sentence.spans.place();
    examples.rows.push_back(Value(Value::Table{{text_field, sentence.text}}).placed(place));
    examples.texts.push_back(std::move(sentence.text));
    examples.spans.push_back(std::move(sentence.spans));
  }
  return examples;
}

Examples subset(const Examples& all, const std::vector<std::int64_t>& indices) {
  Examples part;
  for (const std::int64_t i : indices) {
    part.texts.push_back(all.texts[i]);
    part.rows.push_back(all.rows[i]);
    if (!all.partners.empty()) part.partners.push_back(all.partners[i]);
    if (!all.spans.empty()) part.spans.push_back(all.spans[i]);
  }
  return part;
}

}  // namespace

std::vector<Value> Examples::labels(std::string_view field) const {
  if (!spans.empty()) return spans;
  std::vector<Value> labels;
  labels.reserve(rows.size());
  for (const Value& row : rows) {
    const Value* label = row.find(field);
    labels.push_back(label ? *label : Value().placed(row.place()));
  }
  return labels;
}

Examples examples_from_rows(std::vector<Value> rows, const std::string& text_field) {
  Examples examples;
  examples.rows = std::move(rows);
  for (const Value& row : examples.rows) examples.texts.push_back(row.at(text_field).string());
  if (text_field != kTextPair) read_partners(examples);
  return examples;
}

Examples read_examples(const std::filesystem::path& file, const std::string& text_field) {
  const std::string ending = ending_of(file), source = file.string();
  const auto bytes = [&] { return read_file(file, kMostBytes); };
  Examples examples;
  std::string expected;
  if (ending == ".jsonl") {
    examples = examples_from_rows(parse_jsonl(bytes(), source), text_field);
    expected = "one JSON object a line";
  } else if (ending == ".csv" || ending == ".tsv") {
    examples = from_table(parse_csv(bytes(), ending == ".csv" ? ',' : '\t', source), text_field, source);
    expected = "rows below its header";
  } else if (ending == ".conll" || ending == ".txt" || ending == ".annotated") {
    examples = from_sentences(parse_conll(bytes(), source), text_field);
    expected = "a token and its tag a line";
  } else {
    throw Error("file '" + source +
                "' ends in none of .jsonl, .csv, .tsv, .conll, .txt, .annotated; its ending says how its "
                "examples are read");
  }
  if (examples.texts.empty()) throw Error("file '" + source + "' holds no examples; expected " + expected);
  return examples;
}

const Examples& ExampleFiles::get(const std::string& file) {
  auto found = files_.find(file);
  if (found == files_.end()) found = files_.emplace(file, read_examples(file, text_field_)).first;
  return found->second;
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
  files_.emplace(parts.dev, subset(all, indices.dev));
  return parts;
}

std::string ExampleFiles::without(const std::string& file, const std::vector<std::string>& others) {
  std::string name = file + " (without what is held out)";
  if (files_.contains(name)) return name;
  std::vector<const Examples*> held_out;
  held_out.reserve(others.size());
  for (const std::string& other : others) held_out.push_back(&get(other));
  Examples left = subset(get(file), unseen_examples(get(file), held_out));
  if (left.texts.empty())
    throw Error("every example of '" + file +
                "' shares a sentence with a dev or test file, so that drop_overlap leaves none; give other "
                "files, or set it to false");
  files_.emplace(name, std::move(left));
  return name;
}

std::string ExampleFiles::draw(const std::string& file, std::int64_t count, std::uint64_t seed) {
  std::string name = file + " (" + std::to_string(count) + " examples)";
  if (!files_.contains(name)) files_.emplace(name, subset(get(file), draw_examples(get(file), count, seed)));
  return name;
}

}  // namespace mtt
