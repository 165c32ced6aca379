#include "data/import/import.h"

#include <algorithm>

#include "data/examples.h"
#include "data/folded_text.h"
#include "data/import/parsers.h"
#include "data/text_keys.h"
#include "data/text_lines.h"
#include "io/file.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 34;
constexpr std::string_view kText = "text";

using Parse = void (*)(std::string_view bytes, const std::string& source, Imported& data);

template <Parse parse>
void read_text(const fs::path& input, Imported& data) {
  parse(original_text(input), input.string(), data);
}

void read_table(const fs::path& input, Imported& data) {
  const char delimiter = input.extension() == ".tsv" ? '\t' : ',';
  import_table(original_text(input), delimiter, input.string(), data);
}

std::string keys_of(const Value& row) {
  std::string keys;
  for (const auto& [key, value] : row.table()) keys += (keys.empty() ? "" : ", ") + Value(key).json();
  return keys;
}

void rename(Imported& data, const KeyName& name) {
  bool found = false;
  for (ImportedSplit& split : data.splits) {
    for (Value& row : split.rows) {
      Value::Table& table = row.table();
      const auto entry =
          std::find_if(table.begin(), table.end(), [&](const auto& e) { return e.key == name.from; });
      if (entry == table.end()) continue;
      if (row.find(name.to))
        row.refuse("the key " + Value(name.to).json() + " already exists, and " + Value(name.from).json() +
                   " cannot be renamed to it; rename the existing key first");
      entry->key = name.to;
      found = true;
    }
  }
  if (!found)
    throw Error("no example has the key " + Value(name.from).json() +
                " that is to be renamed; the first has " + keys_of(data.splits.front().rows.front()));
}

bool is_blank(const Value& row, std::string_view key) {
  const Value* text = row.find(key);
  return text && text->is(Value::Kind::string) && folded_text(text->string()).empty();
}

void leave_out_empty(ImportedSplit& split, Imported& data) {
  std::erase_if(split.rows, [&](const Value& row) {
    if (!is_blank(row, kText) && !is_blank(row, kTextPair)) return false;
    data.note("examples without text, dropped", row.place());
    return true;
  });
  for (Value& row : split.rows)
    std::erase_if(row.table(), [](const Value::Entry& entry) {
      return entry.value.is(Value::Kind::string) && entry.value.string().empty();
    });
}

void check(const ImportedSplit& split) {
  for (const Value& row : split.rows)
    if (!row.find(kText))
      row.refuse("the example has no text; its keys are " + keys_of(row) +
                 "; rename the key of the text with --rename KEY=text");
  const Examples examples = examples_from_rows(split.rows);
  const bool has_pairs = std::any_of(split.rows.begin(), split.rows.end(),
                                     [](const Value& row) { return row.find(kTextPair) != nullptr; });
  if (has_pairs && examples.partners.empty())
    throw Error("the data set " + (split.name.empty() ? "" : "'" + split.name + "' ") +
                examples.why_no_partners);
}

}  // namespace

const std::vector<ImportFormat>& import_formats() {
  static const std::vector<ImportFormat> formats = {
      {"snips", "JSON of the Snips NLU benchmark: text, intent, entities", read_text<import_snips>},
      {"clinc", "JSON of CLINC150, with its splits: text, intent", read_text<import_clinc>},
      {"conll", "one token and its tag per line: text, entities", read_text<import_tagged_columns>},
      {"stsb", "the STS benchmark, or GLUE's: text, text_pair, similarity", read_text<import_sts_benchmark>},
      {"csv", "a table whose header names the keys; tabs in .tsv", read_table},
      {"jointbert", "folders of seq.in, seq.out and label: text, intent, entities", import_joint_bert}};
  return formats;
}

Imported import_files(const ImportFormat& format, const std::vector<std::string>& inputs,
                      const std::vector<KeyName>& names) {
  Imported data;
  for (const std::string& input : inputs) {
    const std::size_t before = data.size();
    format.read(input, data);
    if (data.size() == before) throw Error("'" + input + "' holds no examples");
  }
  for (const KeyName& name : names) rename(data, name);
  for (ImportedSplit& split : data.splits) leave_out_empty(split, data);
  std::erase_if(data.splits, [](const ImportedSplit& split) { return split.rows.empty(); });
  if (data.splits.empty()) throw Error("none of the examples has a text");
  for (const ImportedSplit& split : data.splits) check(split);
  return data;
}

std::string original_text(const fs::path& file) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string bytes = read_file(file, kMostBytes);
  if (bytes.starts_with(kByteOrderMark)) bytes.erase(0, kByteOrderMark.size());
  return bytes;
}

}  // namespace mtt
