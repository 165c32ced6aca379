#include "sweep/sweep_rows.h"

#include <algorithm>
#include <cmath>

#include "io/file.h"
#include "io/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = 256u << 20;

Value finite_or_null(double value) { return std::isfinite(value) ? Value(value) : Value(); }

double number_or_nan(const Value& value) {
  return value.is(Value::Kind::null) ? std::numeric_limits<double>::quiet_NaN() : value.number();
}

SweepRow row_from_json(const Value& json) {
  SweepRow row;
  row.arm = json.at("arm").string();
  row.point = json.at("point").string();
  row.seed = json.at("seed").integer();
  row.key = json.at("key").string();
  row.error = json.at("error").string();
  for (const auto& [name, value] : json.at("scores").table())
    row.scores.emplace_back(name, number_or_nan(value));
  row.seconds = number_or_nan(json.at("seconds"));
  row.wall_seconds = json.at("wall_seconds").number();
  row.peak_memory_mb = json.at("peak_memory_mb").number();
  row.learning_parameters = json.at("learning_parameters").integer();
  row.steps = json.at("steps").integer();
  row.jobs = json.at("jobs").integer();
  row.threads = json.at("threads").integer();
  return row;
}

}  // namespace

Value row_json(const SweepRow& row) {
  Value scores{Value::Table{}};
  for (const auto& [name, value] : row.scores) scores.set(name, finite_or_null(value));
  return Value::Table{{"arm", row.arm},
                      {"point", row.point},
                      {"seed", row.seed},
                      {"key", row.key},
                      {"error", row.error},
                      {"scores", std::move(scores)},
                      {"seconds", finite_or_null(row.seconds)},
                      {"wall_seconds", row.wall_seconds},
                      {"peak_memory_mb", row.peak_memory_mb},
                      {"learning_parameters", row.learning_parameters},
                      {"steps", row.steps},
                      {"jobs", row.jobs},
                      {"threads", row.threads}};
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
  const std::string text = read_file(file, kMostBytes);
  std::int32_t number = 0;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    put_row(rows, row_from_json(parse_json_line(std::string_view(text).substr(begin, end - begin),
                                                file.string(), ++number)));
  }
  return rows;
}

}  // namespace mtt
