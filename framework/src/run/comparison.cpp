#include "run/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "io/file.h"
#include "io/jsonl.h"
#include "io/terminal_text.h"
#include "mtt/error.h"
#include "value/toml.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = 64u << 20;

using Cells = std::vector<std::string>;

void flatten(const std::string& path, const Value& value, std::vector<std::pair<std::string, Value>>& into) {
  if (!value.is(Value::Kind::table)) {
    into.emplace_back(path, value);
    return;
  }
  for (const auto& [key, item] : value.table()) flatten(path.empty() ? key : path + "." + key, item, into);
}

std::string cell(const std::vector<std::pair<std::string, Value>>& values, const std::string& key) {
  for (const auto& [name, value] : values)
    if (name == key) return value.is(Value::Kind::string) ? value.string() : value.json();
  return "-";
}

/// The keys whose values are not the same in all runs, in the order of the configuration.
std::vector<std::string> differing(const std::vector<RunSummary>& runs) {
  std::vector<std::vector<std::pair<std::string, Value>>> all(runs.size());
  std::vector<std::string> keys, result;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    flatten("", runs[r].config, all[r]);
    for (const auto& [key, value] : all[r])
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  for (const std::string& key : keys) {
    if (key == "name" || key == "run.out") continue;
    if (std::any_of(all.begin(), all.end(),
                    [&](const auto& run) { return cell(run, key) != cell(all[0], key); }))
      result.push_back(key);
  }
  return result;
}

/// The main score of each task of any run.
std::vector<std::string> main_names(const std::vector<RunSummary>& runs) {
  Scores all;
  for (const RunSummary& run : runs) all.insert(all.end(), run.scores.begin(), run.scores.end());
  std::vector<std::string> names;
  for (const auto& [name, value] : main_scores(all)) names.push_back(name);
  return names;
}

std::string number_text(double value) { return std::isfinite(value) ? formatted("%.4f", value) : "-"; }

/// The mean and the standard deviation of a score.
Cells statistics(const std::vector<RunSummary>& runs, const std::string& metric) {
  const auto count = static_cast<double>(runs.size());
  double sum = 0, squares = 0;
  for (const RunSummary& run : runs) sum += value_of(run.scores, metric);
  for (const RunSummary& run : runs) squares += std::pow(value_of(run.scores, metric) - sum / count, 2);
  return {number_text(sum / count), number_text(std::sqrt(squares / (count - 1)))};
}

}  // namespace

std::string told_apart(const fs::path& file, const std::set<std::string>& files) {
  const auto others = [&](const fs::path& shown, const auto& shorten) {
    return std::count_if(files.begin(), files.end(),
                         [&](const fs::path& other) { return shorten(other) == shown; }) > 1;
  };
  const auto stem = [](const fs::path& path) { return path.stem(); };
  const auto in_folder = [](const fs::path& path) { return path.parent_path().filename() / path.stem(); };
  if (!others(stem(file), stem)) return stem(file).string();
  return (others(in_folder(file), in_folder) ? file.filename() : in_folder(file)).string();
}

RunSummary summarise_run(const fs::path& directory) {
  const fs::path config = directory / "config.toml", scores = directory / "scores.jsonl";
  std::error_code error;
  if (!fs::exists(config, error))
    throw Error("'" + directory.string() +
                "' is not a run: it has no config.toml; give the directories of runs");
  if (!fs::exists(scores, error))
    throw Error(
        "'" + directory.string() +
        "' has no scores.jsonl; a run has one when it is complete and [data] or a task names a test file");
  RunSummary run{
      printable(directory.string()), parse_toml(read_file(config, kMostBytes), config.string()), {}};
  const std::vector<Value> rows = parse_json_lines(read_file(scores, kMostBytes), scores.string());
  std::map<std::string, std::set<std::string>> files;  // of each task
  for (const Value& row : rows) files[row.at("task").string()].insert(row.at("file").string());
  for (const Value& row : rows) {
    std::string task = row.at("task").string();
    if (files[task].size() > 1) task += " (" + told_apart(row.at("file").string(), files[task]) + ")";
    const auto number = [](const Value* value) {
      return !value || value->is(Value::Kind::null) ? std::numeric_limits<double>::quiet_NaN()
                                                    : value->number();
    };
    const Value* probe = row.find("probe");
    for (const auto& [metric, value] : row.at("metrics").table()) {
      run.scores.emplace_back(task + "." + metric, number(&value));
      if (probe)
        run.probes.emplace_back(task + "." + metric,
                                number(probe->is(Value::Kind::table) ? probe->find(metric) : nullptr));
    }
    if (const Value* lower = row.find("lower_is_better"))
      for (const Value& metric : lower->array()) run.lower_is_better.insert(task + "." + metric.string());
    if (const Value* majority = row.find("majority"))
      for (const auto& [metric, value] : majority->table())
        run.majority.emplace_back(task + "." + metric, number(&value));
    const Value* counts = row.find("counts");
    if (counts && !row.at("metrics").table().empty())
      run.counts.emplace_back(task + "." + row.at("metrics").table().begin()->key,
                              example_counts_from(*counts));
    if (const Value* classes = row.find("classes"))
      run.classes.emplace_back(task, class_scores_from(*classes));
  }
  return run;
}

std::vector<std::vector<std::string>> comparison_table(const std::vector<RunSummary>& runs) {
  const std::vector<std::string> keys = differing(runs);
  const bool seeds_alone = runs.size() >= 3 && keys == std::vector<std::string>{"run.seed"};
  std::vector<Cells> rows(1, {"run"});
  for (const RunSummary& run : runs) rows[0].push_back(run.directory);
  if (seeds_alone) rows[0].insert(rows[0].end(), {"mean", "standard deviation"});
  for (const std::string& metric : main_names(runs)) {
    Cells& row = rows.emplace_back(Cells{metric});
    for (const RunSummary& run : runs) row.push_back(number_text(value_of(run.scores, metric)));
    if (!seeds_alone) continue;
    const Cells both = statistics(runs, metric);
    row.insert(row.end(), both.begin(), both.end());
  }
  std::vector<std::vector<std::pair<std::string, Value>>> values(runs.size());
  for (std::size_t r = 0; r < runs.size(); ++r) flatten("", runs[r].config, values[r]);
  for (const std::string& key : keys) {
    Cells& row = rows.emplace_back(Cells{key});
    for (const auto& run : values) row.push_back(shortened(printable(cell(run, key)), 40));
    row.resize(rows[0].size());
  }
  return rows;
}

std::string comparison_text(const std::vector<RunSummary>& runs) {
  return columns_text(comparison_table(runs));
}

Value comparison_json(const std::vector<RunSummary>& runs) {
  const std::vector<std::string> keys = differing(runs);
  Value::Array array;
  for (const RunSummary& run : runs) {
    std::vector<std::pair<std::string, Value>> values;
    flatten("", run.config, values);
    Value differs{Value::Table{}}, scores{Value::Table{}};
    for (const auto& [key, value] : values)
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) differs.set(key, value);
    for (const auto& [name, value] : run.scores)
      scores.set(name, std::isfinite(value) ? Value(value) : Value());
    array.emplace_back(Value::Table{
        {"directory", run.directory}, {"differs", std::move(differs)}, {"scores", std::move(scores)}});
  }
  return Value::Table{{"runs", std::move(array)}};
}

}  // namespace mtt
