#include "export/reported_run.h"

#include "io/file.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostCostBytes = 64u << 20;

bool names_test_files(const Value* table) {
  const Value* test = table ? table->find("test") : nullptr;
  return test && test->is(Value::Kind::array) && !test->array().empty();
}

}  // namespace

std::string ReportedRun::name() const {
  const Value* name = summary.config.find("name");
  return name && name->is(Value::Kind::string) && !name->string().empty() ? name->string()
                                                                          : directory.filename().string();
}

bool ReportedRun::has_test_set() const {
  if (names_test_files(summary.config.find("data"))) return true;
  if (const Value* tasks = summary.config.find("tasks"); tasks && tasks->is(Value::Kind::table))
    for (const auto& [task, options] : tasks->table())
      if (options.is(Value::Kind::table) && names_test_files(&options)) return true;
  return false;
}

std::optional<std::int64_t> ReportedRun::best_step() const {
  const Value* best = cost.is(Value::Kind::table) ? cost.find("best") : nullptr;
  if (!best || best->is(Value::Kind::null)) return std::nullopt;
  return best->at("step").integer();
}

ReportedRun reported_run(const fs::path& directory) {
  ReportedRun run{directory, summarise_run(directory), Value(), read_environment(directory)};
  const fs::path cost = directory / "cost.json";
  if (std::error_code error; fs::exists(cost, error))
    run.cost = parse_json(read_file(cost, kMostCostBytes), cost.string());
  return run;
}

}  // namespace mtt
