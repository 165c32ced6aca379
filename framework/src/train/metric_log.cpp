#include "train/metric_log.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "io/file.h"
#include "mtt/error.h"
#include "value/json.h"

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

Value without_nan(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::number:
      return std::isfinite(value.number()) ? value : Value();
    case Value::Kind::array: {
      Value::Array items;
      for (const Value& item : value.array()) items.push_back(without_nan(item));
      return items;
    }
    case Value::Kind::table: {
      Value::Table entries;
      for (const auto& [key, item] : value.table()) entries.push_back({key, without_nan(item)});
      return entries;
    }
    default:
      return value;
  }
}

bool line_ends_at(const std::filesystem::path& path, std::int64_t bytes) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(bytes - 1);
  return file.get() == '\n';
}

std::int64_t checked(const std::filesystem::path& path, std::int64_t keep_bytes) {
  std::error_code error;
  const bool reaches = keep_bytes > 0 &&
                       std::filesystem::file_size(path, error) >= static_cast<std::uintmax_t>(keep_bytes) &&
                       !error;
  if (reaches && !line_ends_at(path, keep_bytes))
    throw Error("file '" + path.string() + "' has no line end after " + std::to_string(keep_bytes) +
                " bytes, where the checkpoint ends; it was changed since");
  return keep_bytes;
}

}  // namespace

MetricLog::MetricLog(const std::filesystem::path& path, std::int64_t keep_bytes)
    : file_(path, checked(path, keep_bytes)) {}

void MetricLog::append(const Value& row) {
  row.table();
  file_.append(without_nan(row).json() + "\n");
}

std::int64_t MetricLog::position() {
  file_.sync();
  return file_.size();
}

Scores log_means(const std::filesystem::path& path) {
  Scores means;
  std::vector<double> counts;
  const auto add = [&](const std::string& name, const Value& value) {
    if (value.is(Value::Kind::null)) return;
    auto found =
        std::find_if(means.begin(), means.end(), [&](const auto& mean) { return mean.first == name; });
    if (found == means.end()) {
      found = means.insert(means.end(), {name, 0.0});
      counts.push_back(0);
    }
    found->second += value.number();
    ++counts[static_cast<std::size_t>(found - means.begin())];
  };
  for (const Value& row : read_metric_log(path)) {
    for (const auto& [key, what] :
         {std::pair("weight", ".weight"), std::pair("task_gradient_cosine", ".gradient_cosine")})
      if (const Value* table = row.find(key))
        for (const auto& [name, value] : table->table()) add(name + what, value);
  }
  for (std::size_t i = 0; i < means.size(); ++i) means[i].second /= counts[i];
  return means;
}

std::vector<Value> read_metric_log(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, kMostBytes);
  std::string_view rest(bytes);
  std::vector<Value> rows;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    rows.push_back(
        parse_json_line(rest.substr(0, end), path.string(), static_cast<std::int32_t>(rows.size() + 1)));
    rows.back().table();
    rest.remove_prefix(end + 1);
  }
  return rows;
}

}  // namespace mtt
