#include "export/model_card.h"

#include <algorithm>

#include "io/file.h"
#include "io/jsonl.h"
#include "io/terminal_text.h"
#include "value/toml.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostFileBytes = 16u << 20;

/// Text in a table of Markdown, where a bar would end the cell.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : printable(std::string(text))) safe += c == '|' ? "\\|" : std::string(1, c);
  return safe;
}

std::string scores_table(const fs::path& run) {
  const fs::path file = run / "scores.jsonl";
  std::error_code error;
  if (!fs::exists(file, error)) return "The run has no test set, so there are no scores.\n";
  std::string table = "| task | score | value | examples |\n|---|---|---|---|\n";
  for (const Value& row : parse_json_lines(read_file(file, kMostFileBytes), file.string()))
    for (const auto& [name, value] : row.at("metrics").table())
      table += "| " + cell(row.at("task").string()) + " | " + cell(name) + " | " +
               (value.is(Value::Kind::null) ? "undefined" : formatted("%.4f", value.number())) + " | " +
               std::to_string(row.at("examples").integer()) + " of " +
               cell(fs::path(row.at("file").string()).filename().string()) + " |\n";
  return table;
}

/// A model's name: that of its folder, or organisation/name in a cache of Hugging Face.
std::string model_name(const fs::path& directory) {
  constexpr std::string_view kModels = "models--", kSeparator = "--";
  const fs::path repository = directory.parent_path().parent_path();
  std::string name = repository.filename().string();
  if (directory.parent_path().filename() != "snapshots" || !name.starts_with(kModels))
    return directory.filename().string();
  name = name.substr(kModels.size());
  if (const std::size_t at = name.find(kSeparator); at != std::string::npos)
    name.replace(at, kSeparator.size(), "/");
  return name;
}

/// A configuration whose paths have lost their folders, which are those of one machine.
Value without_folders(const Value& value, const std::string& key) {
  if (value.is(Value::Kind::table)) {
    Value::Table table;
    for (const auto& [name, entry] : value.table()) table.push_back({name, without_folders(entry, name)});
    return table;
  }
  if (value.is(Value::Kind::array)) {
    Value::Array array;
    for (const Value& entry : value.array()) array.push_back(without_folders(entry, key));
    return array;
  }
  const bool is_text = key == "prompt" || key == "sentences";
  if (!value.is(Value::Kind::string) || is_text || !value.string().starts_with('/')) return value;
  return model_name(named_path(value.string()));
}

/// A fence that is longer than any run of backticks in the text.
std::string fenced(const std::string& text, const std::string& language) {
  std::size_t longest = 2, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + language + "\n" + text + (text.ends_with('\n') ? "" : "\n") + fence + "\n";
}

}  // namespace

std::string model_card(const fs::path& run, const Encoder& encoder, const std::string& library,
                       const std::string& pipeline, const std::string& usage, const std::string& note) {
  const BackboneShape& shape = encoder.model->backbone().shape();
  std::string tasks;
  for (const Task& task : encoder.model->tasks())
    tasks += "- `" + cell(task.name) + "`: " + cell(task.plugin) + "\n";
  const fs::path config = run / "config.toml";
  const Value settings = without_folders(parse_toml(read_file(config, kMostFileBytes), config.string()), "");
  const std::string name = model_name(encoder.directory.path);
  return "---\nlibrary_name: " + library + "\npipeline_tag: " + pipeline +
         "\nbase_model: " + Value(name).json() + "\ntags:\n- " + library + "\n- multi-task\n---\n\n# " +
         cell(name) + ", trained with mtt\n\n" + cell(encoder.directory.model_type) + ", " +
         std::to_string(shape.layers) + " layers, hidden size " + std::to_string(shape.hidden) +
         ", at most " + std::to_string(encoder.max_tokens) + " tokens, vectors of size " +
         std::to_string(encoder.model->modules().width()) + ".\n\n" + (note.empty() ? "" : note + "\n\n") +
         (tasks.empty() ? "" : "Heads of the run:\n\n" + tasks + "\n") + "## Use\n\n" +
         fenced(usage, "python") + "\n## Scores on held-out examples\n\n" + scores_table(run) +
         "\n## Configuration of the run\n\nPaths are written without their folders.\n\n" +
         fenced(toml_text(settings), "toml");
}

}  // namespace mtt
