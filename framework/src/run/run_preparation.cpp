#include "run/run_preparation.h"

#include <set>

#include "experiment/resolved_config.h"
#include "experiment/task_examples.h"
#include "mtt/error.h"
#include "run/example_fitting.h"
#include "run/overlap_warnings.h"

namespace mtt {
namespace {

/// How many examples drop_overlap left out, a line a file.
std::string dropped_text(const Experiment& experiment, ExampleFiles& files) {
  std::string text;
  if (!experiment.data.boolean("drop_overlap")) return text;
  std::set<std::string> seen;
  for (const TaskConfig& task : experiment.tasks) {
    const std::string train = train_set(experiment, task, files);
    if (train.empty() || !seen.insert(train).second) continue;
    const std::size_t all = files.get(train).texts.size();
    const std::size_t left = files.get(files.without(train, held_out_sets(experiment, files))).texts.size();
    text += "left out " + std::to_string(all - left) + " of " + std::to_string(all) + " examples of " +
            train + ", which share a sentence with a dev or test file\n";
  }
  return text;
}

}  // namespace

Prepared prepare(const Experiment& experiment, PluginCatalog& plugins, Messages& messages, bool checks) {
  Prepared prepared{WarmStart(experiment, plugins),
                    load_encoder(EncoderSettings::from(experiment.backbone), plugins),
                    {},
                    ExampleFiles(text_keys(experiment)),
                    std::nullopt};
  for (const std::string& warning : prepared.encoder.warnings) messages.warn(warning);
  prepared.start.give_encoder(prepared.encoder);
  prepared.plans = plan_tasks(experiment, prepared.encoder, plugins);
  for (TaskPlan& plan : prepared.plans) {
    check_files(experiment, *plan.config);
    plan.files = drawn_files(experiment, *plan.config, prepared.files);
  }
  if (const std::string text = dropped_text(experiment, prepared.files); !text.empty()) messages.say(text);
  for (const TaskPlan& plan : prepared.plans) {
    for (const std::string& file : {plan.files.train, plan.files.dev})
      if (!file.empty()) prepared.files.get(file);
    for (const std::string& file : test_sets(experiment, *plan.config, prepared.files))
      prepared.files.get(file);
  }
  try {
    for (const std::string& warning : fit_examples(example_uses(prepared.plans, experiment, prepared.files),
                                                   prepared.files, prepared.encoder))
      messages.warn(warning);
  } catch (const Error&) {
    if (!checks) throw;  // a check lists all such examples
  }
  check_transforms(prepared.plans, experiment);
  check_pairs(prepared.plans, experiment, prepared.files);
  prepared.start.mark(prepared.plans, prepared.encoder);
  if (experiment.trains) {
    prepared.training = plan_training(experiment, prepared.plans, prepared.files, prepared.encoder, plugins);
    for (const std::string& warning : prepared.training->warnings) messages.warn(warning);
  }
  warn_of_overlap(experiment, prepared.plans, prepared.files, messages);
  prepared.start.give_adapters(prepared.encoder);
  return prepared;
}

Value resolved(const Experiment& experiment, const Prepared& prepared) {
  std::vector<ResolvedTask> tasks;
  for (const TaskPlan& plan : prepared.plans) tasks.push_back({plan.head_options, plan.init});
  return resolved_config(experiment, prepared.encoder.backbone_options.resolved(), tasks,
                         prepared.training ? prepared.training->weighting_options : Value());
}

}  // namespace mtt
