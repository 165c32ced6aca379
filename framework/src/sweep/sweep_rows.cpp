#include "sweep/sweep_rows.h"

#include <algorithm>
#include <cmath>

#include "io/file.h"
#include "io/jsonl.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostRowBytes = 256u << 20;

Value finite_or_null(double value) { return std::isfinite(value) ? Value(value) : Value(); }

double number_or_nan(const Value& value) {
  return value.is(Value::Kind::null) ? std::numeric_limits<double>::quiet_NaN() : value.number();
}

Scores scores_from_json(const Value& table) {
  Scores scores;
  for (const auto& [name, value] : table.table()) scores.emplace_back(name, number_or_nan(value));
  return scores;
}

Value scores_json(const Scores& scores) {
  Value table{Value::Table{}};
  for (const auto& [name, value] : scores) table.set(name, finite_or_null(value));
  return table;
}

Value counts_json(const std::vector<std::pair<std::string, ExampleCounts>>& all) {
  Value table{Value::Table{}};
  for (const auto& [name, counts] : all)
    if (std::optional<Value> json = example_counts_json(counts)) table.set(name, std::move(*json));
  return table;
}

SweepRow row_from_json(const Value& json) {
  SweepRow row;
  row.arm = json.at("arm").string();
  row.point = json.at("point").string();
  if (const Value* tuning = json.find("tuning")) row.tuning = tuning->string();
  row.seed = json.at("seed").integer();
  row.key = json.at("key").string();
  if (const Value* version = json.find("key_version")) row.key_version = version->integer();
  row.error = json.at("error").string();
  row.scores = scores_from_json(json.at("scores"));
  if (const Value* inputs = json.find("inputs")) row.inputs = inputs->string();
  if (const Value* means = json.find("log_means")) row.log_means = scores_from_json(*means);
  if (const Value* tuned = json.find("tuned")) row.tuned = tuned->string();
  if (const Value* lower = json.find("lower_is_better"))
    for (const Value& name : lower->array()) row.lower_is_better.insert(name.string());
  if (const Value* majority = json.find("majority")) row.majority = scores_from_json(*majority);
  if (const Value* counts = json.find("counts"))
    for (const auto& [name, value] : counts->table())
      row.counts.emplace_back(name, example_counts_from(value));
  row.seconds = number_or_nan(json.at("seconds"));
  if (const Value* fitting = json.find("fitting_seconds")) row.fitting_seconds = fitting->number();
  row.wall_seconds = json.at("wall_seconds").number();
  row.peak_memory_mb = json.at("peak_memory_mb").number();
  row.learning_parameters = json.at("learning_parameters").integer();
  row.steps = json.at("steps").integer();
  row.jobs = json.at("jobs").integer();
  row.threads = json.at("threads").integer();
  if (const Value* machine = json.find("machine")) row.machine = machine->string();
  return row;
}

}  // namespace

Value row_json(const SweepRow& row) {
  Value::Array lower(row.lower_is_better.begin(), row.lower_is_better.end());
  return Value::Table{{"arm", row.arm},
                      {"point", row.point},
                      {"tuning", row.tuning},
                      {"seed", row.seed},
                      {"key", row.key},
                      {"key_version", row.key_version},
                      {"inputs", row.inputs},
                      {"error", row.error},
                      {"tuned", row.tuned},
                      {"scores", scores_json(row.scores)},
                      {"lower_is_better", std::move(lower)},
                      {"log_means", scores_json(row.log_means)},
                      {"majority", scores_json(row.majority)},
                      {"counts", counts_json(row.counts)},
                      {"seconds", finite_or_null(row.seconds)},
                      {"fitting_seconds", row.fitting_seconds},
                      {"wall_seconds", row.wall_seconds},
                      {"peak_memory_mb", row.peak_memory_mb},
                      {"learning_parameters", row.learning_parameters},
                      {"steps", row.steps},
                      {"jobs", row.jobs},
                      {"threads", row.threads},
                      {"machine", row.machine}};
}

void put_row(std::vector<SweepRow>& rows, SweepRow row) {
  const auto same =
      std::find_if(rows.begin(), rows.end(), [&](const SweepRow& other) { return same_run(other, row); });
  if (same == rows.end())
    rows.push_back(std::move(row));
  else
    *same = std::move(row);
}

std::vector<SweepRow> read_rows(const fs::path& file) {
  std::error_code error;
  std::vector<SweepRow> rows;
  if (!fs::exists(file, error)) return rows;
  for (const Value& row : parse_json_lines(whole_lines(read_file(file, kMostRowBytes)), file.string()))
    put_row(rows, row_from_json(row));
  return rows;
}

}  // namespace mtt
