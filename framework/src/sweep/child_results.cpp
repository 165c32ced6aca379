#include "sweep/child_results.h"

#include <algorithm>
#include <fstream>
#include <string_view>

#include "io/file.h"
#include "mtt/error.h"
#include "run/comparison.h"
#include "train/metric_log.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = 64u << 20;
constexpr std::uintmax_t kLogEnd = 64u << 10;

/// The last bytes of a file, at most `most` of them.
std::string file_end(const fs::path& path, std::uintmax_t most) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::uintmax_t>(std::max<std::streamoff>(0, file.tellg()));
  std::string text(std::min(size, most), '\0');
  file.seekg(static_cast<std::streamoff>(size - text.size()));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

}  // namespace

std::string last_error(const fs::path& log, const ProcessEnd& end) {
  constexpr std::string_view kMark = "mtt: error: ";
  const std::string text = file_end(log, kLogEnd);
  if (const std::size_t at = text.rfind(kMark); at != std::string::npos)
    return text.substr(at + kMark.size(), text.find('\n', at) - at - kMark.size());
  return end.signal != 0 ? "ended by signal " + std::to_string(end.signal)
                         : "ended with exit code " + std::to_string(end.code);
}

void read_results(const fs::path& directory, SweepRow& row) {
  try {
    RunSummary run = summarise_run(directory);
    row.scores = std::move(run.scores);
    row.lower_is_better = std::move(run.lower_is_better);
    row.majority = std::move(run.majority);
    row.counts = std::move(run.counts);
    const fs::path file = directory / "cost.json";
    std::error_code error;
    if (!fs::exists(file, error)) return;  // nothing was trained
    const fs::path log = directory / "metrics.jsonl";
    if (fs::exists(log, error)) row.log_means = log_means(log);  // a fit that is the training has no steps
    const Value cost = parse_json(read_file(file, kMostBytes), file.string());
    if (const Value& seconds = cost.at("seconds"); !seconds.is(Value::Kind::null))
      row.seconds = seconds.number();
    row.fitting_seconds = cost.at("fitting_seconds").number();
    row.steps = cost.at("steps").integer();
    row.learning_parameters = cost.at("learning_parameters").integer();
  } catch (const Error& error) {
    row.error = error.what();
  }
}

}  // namespace mtt
