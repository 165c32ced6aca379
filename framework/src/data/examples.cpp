#include "data/examples.h"

#include "data/text_lines.h"
#include "io/file.h"
#include "io/json.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 34;

}  // namespace

std::vector<Value> Examples::labels(std::string_view field) const {
  std::vector<Value> labels;
  labels.reserve(rows.size());
  for (const Value& row : rows) {
    const Value* label = row.find(field);
    labels.push_back(label ? *label : Value().placed(row.place()));
  }
  return labels;
}

Examples read_examples(const std::filesystem::path& file, const std::string& text_field) {
  Examples examples;
  const std::vector<std::string> lines = split_lines(read_file(file, kMostBytes), file.string());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Value row = parse_json_line(lines[i], file.string(), static_cast<std::int32_t>(i + 1));
    examples.texts.push_back(row.at(text_field).string());
    examples.rows.push_back(std::move(row));
  }
  if (examples.texts.empty())
    throw Error("file '" + file.string() + "' holds no examples; expected one JSON object a line");
  return examples;
}

const Examples& ExampleFiles::get(const std::string& file) {
  auto found = files_.find(file);
  if (found == files_.end()) found = files_.emplace(file, read_examples(file, text_field_)).first;
  return found->second;
}

}  // namespace mtt
