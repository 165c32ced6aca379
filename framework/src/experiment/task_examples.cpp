#include "experiment/task_examples.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "io/file.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

DevSource source_in(const Options& table, const std::string& name) {
  DevSource source{table.string("dev"), table.number("dev_share")};
  if (!source.file.empty() && source.share > 0)
    table.value("dev_share").refuse(name + " has both 'dev' and 'dev_share'; remove one of them");
  return source;
}

}  // namespace

std::string label_field(const TaskConfig& task) {
  const std::string& given = task.options.string("field");
  return given.empty() ? task.name : given;
}

TextKeys text_keys(const Experiment& experiment) {
  return {experiment.data.string("text"), experiment.data.string("text_pair")};
}

TextKeys text_keys(const Experiment& experiment, const TaskConfig& task) {
  TextKeys keys = text_keys(experiment);
  if (const std::string& own = task.options.string("text"); !own.empty()) keys.text = own;
  if (const std::string& own = task.options.string("text_pair"); !own.empty()) keys.pair = own;
  return keys;
}

const std::string& train_file(const Experiment& experiment, const TaskConfig& task) {
  const std::string& own = task.options.string("train");
  return own.empty() ? experiment.data.string("train") : own;
}

const Value& train_examples(const Experiment& experiment, const TaskConfig& task) {
  const Value& own = task.options.value("train_examples");
  return own.integer() > 0 ? own : experiment.data.value("train_examples");
}

std::vector<std::string> test_files(const Experiment& experiment, const TaskConfig& task) {
  std::vector<std::string> files = task.options.strings("test");
  if (files.empty()) files = experiment.data.strings("test");
  std::erase(files, "");
  return files;
}

void check_files(const Experiment& experiment, const TaskConfig& task) {
  for (const char* which : {"train", "dev", "test"}) {
    const Value& own = task.options.value(which);
    const bool has_own = own.is(Value::Kind::array) ? !own.array().empty() : !own.string().empty();
    const Value& given = has_own ? own : experiment.data.value(which);
    std::set<std::string> seen;
    for (const Value& file : given.is(Value::Kind::array) ? given.array() : Value::Array{given}) {
      std::error_code error;
      if (!file.string().empty() && !fs::exists(file.string(), error))
        file.refuse(std::string(which) + ": the file '" + file.string() + "' does not exist");
      if (!seen.insert(file.string()).second)
        file.refuse(std::string(which) + ": the file '" + file.string() + "' is listed twice; remove one");
    }
  }
}

DevSource dev_source(const Experiment& experiment, const TaskConfig& task) {
  const DevSource own = source_in(task.options, "[tasks." + task.name + "]");
  const DevSource shared = source_in(experiment.data, "[data]");
  return own.file.empty() && own.share == 0 ? shared : own;
}

bool tests_on(const Experiment& experiment, const TaskConfig& task, const std::string& file) {
  if (file.empty()) return false;
  const std::vector<std::string> tests = test_files(experiment, task);
  return std::any_of(tests.begin(), tests.end(),
                     [&](const std::string& test) { return real_path(test) == real_path(file); });
}

std::vector<std::string> held_out_files(const Experiment& experiment) {
  std::set<std::string> files;
  for (const TaskConfig& task : experiment.tasks) {
    const std::vector<std::string> tests = test_files(experiment, task);
    files.insert(tests.begin(), tests.end());
    files.insert(dev_source(experiment, task).file);
  }
  files.erase("");
  return {files.begin(), files.end()};
}

}  // namespace mtt
