#include "run/data_check.h"

#include <algorithm>

#include "config/task_examples.h"
#include "data/split.h"
#include "io/model_cache.h"
#include "model/model_directory.h"
#include "mtt/error.h"

namespace mtt {
namespace {

class Parts {
 public:
  Parts(DataCheck& check, ExampleFiles& files) : check_(check), files_(files) {}

  void use(CheckedTask& task, Role role, const std::string& file, const Examples& examples,
           std::vector<std::int64_t> rows) {
    auto& parts = check_.parts;
    auto found = std::find_if(parts.begin(), parts.end(), [&](const CheckedPart& part) {
      return part.role == role && part.file == file && part.rows == rows;
    });
    if (found == parts.end()) {
      CheckedPart& part = parts.emplace_back();
      part.role = role;
      part.file = file;
      part.examples = &examples;
      part.rows = std::move(rows);
      found = parts.end() - 1;
    }
    task.parts.push_back(static_cast<std::size_t>(found - parts.begin()));
  }

  void use_all(CheckedTask& task, Role role, const std::string& file) {
    if (!file.empty()) use_all(task, role, file, files_.get(file));
  }

  void use_all(CheckedTask& task, Role role, const std::string& file, const Examples& examples) {
    use(task, role, file, examples, split_examples(examples, 0, 0).train);
  }

 private:
  DataCheck& check_;
  ExampleFiles& files_;
};

}  // namespace

DataCheck check_experiment_data(const Experiment& experiment, ExampleFiles& files) {
  const ModelDirectory model = ModelDirectory::read(find_model(experiment.backbone.string("model")));
  const std::int64_t own_limit = experiment.backbone.integer("max_tokens");
  DataCheck check;
  check.max_tokens = own_limit > 0 ? own_limit : model.max_tokens;
  Parts parts(check, files);
  for (const TaskConfig& config : experiment.tasks) {
    CheckedTask& task = check.tasks.emplace_back();
    task.name = config.name;
    task.field = label_field(config);
    const std::string train = train_file(experiment, config);
    const DevSource dev = dev_source(experiment, config);
    if (!train.empty()) {
      const Examples& learned = files.get(
          experiment.data.boolean("drop_overlap") ? files.without(train, held_out_files(experiment)) : train);
      if (dev.share > 0) {
        const auto seed = static_cast<std::uint64_t>(experiment.run.integer("seed"));
        Split split = split_examples(learned, dev.share, seed);
        parts.use(task, Role::train, train, learned, std::move(split.train));
        parts.use(task, Role::dev, train, learned, std::move(split.dev));
      } else {
        parts.use_all(task, Role::train, train, learned);
      }
    }
    if (dev.share == 0 || train.empty()) parts.use_all(task, Role::dev, dev.file);
    for (const std::string& file : test_files(experiment, config)) parts.use_all(task, Role::test, file);
  }
  if (check.parts.empty())
    throw Error(experiment.file.string() +
                ": there are no examples to check; name files by train, dev or test in [data] or a task");
  check_data(check, *model.tokenizer, model.prompt_text(experiment.backbone.string("prompt")));
  return check;
}

}  // namespace mtt
