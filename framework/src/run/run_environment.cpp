#include "run/run_environment.h"

#include <torch/version.h>

#include <algorithm>
#include <chrono>

#include "io/file.h"
#include "io/processor.h"
#include "io/utc_time.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostEnvironmentBytes = 16u << 20;

}  // namespace

void RunEnvironment::add_data(const std::string& use, const std::string& file, const std::string& task,
                              std::int64_t examples) {
  auto known = std::find_if(data.begin(), data.end(),
                            [&](const DataFile& one) { return one.use == use && one.file == file; });
  if (known == data.end()) known = data.insert(data.end(), {use, file, {}, examples});
  known->tasks.push_back(task);
}

RunEnvironment this_environment(std::int64_t threads, std::optional<double> seconds) {
  return {.finished = utc_time(std::chrono::system_clock::now()),
          .machine = processor_name(),
          .threads = threads,
          .mtt = MTT_VERSION,
          .libtorch = TORCH_VERSION,
          .seconds = seconds};
}

Value environment_json(const RunEnvironment& environment) {
  Value::Array data;
  for (const DataFile& one : environment.data) {
    Value::Array tasks;
    for (const std::string& task : one.tasks) tasks.emplace_back(task);
    data.emplace_back(Value::Table{
        {"use", one.use}, {"file", one.file}, {"tasks", std::move(tasks)}, {"examples", one.examples}});
  }
  return Value::Table{{"finished", environment.finished},
                      {"machine", environment.machine},
                      {"threads", environment.threads},
                      {"mtt", environment.mtt},
                      {"libtorch", environment.libtorch},
                      {"seconds", environment.seconds ? Value(*environment.seconds) : Value()},
                      {"data", std::move(data)}};
}

std::optional<RunEnvironment> read_environment(const fs::path& run) {
  const fs::path file = run / kEnvironmentFile;
  if (std::error_code error; !fs::exists(file, error)) return std::nullopt;
  const Value json = parse_json(read_file(file, kMostEnvironmentBytes), file.string());
  RunEnvironment environment{.finished = json.at("finished").string(),
                             .machine = json.at("machine").string(),
                             .threads = json.at("threads").integer(),
                             .mtt = json.at("mtt").string(),
                             .libtorch = json.at("libtorch").string(),
                             .seconds = std::nullopt};
  if (const Value& seconds = json.at("seconds"); !seconds.is(Value::Kind::null))
    environment.seconds = seconds.number();
  for (const Value& one : json.at("data").array())
    for (const Value& task : one.at("tasks").array())
      environment.add_data(one.at("use").string(), one.at("file").string(), task.string(),
                           one.at("examples").integer());
  return environment;
}

}  // namespace mtt
