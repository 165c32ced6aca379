#include "run/overlap_warnings.h"

#include <algorithm>

#include "data/label_check.h"
#include "data/overlap.h"
#include "experiment/task_examples.h"
#include "io/terminal_text.h"

namespace mtt {
namespace {

constexpr double kWorthTelling = 0.01;

void add_once(std::vector<std::string>& files, const std::string& file) {
  if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
}

void warn_of_shared_file(const Experiment& experiment, const TaskPlan& plan, Messages& messages) {
  const std::string dev = dev_source(experiment, *plan.config).file;
  if (tests_on(experiment, *plan.config, dev))
    messages.warn("task '" + plan.config->name + "': the validation set is also the test set (" +
                  printable(dev) +
                  "), so its scores are too good: weights and the regularisation of probes are chosen on it. "
                  "Name another file as dev, or use dev_share");
}

}  // namespace

void warn_of_overlap(const Experiment& experiment, const std::vector<TaskPlan>& plans, ExampleFiles& files,
                     Messages& messages) {
  std::vector<std::string> training, tests;
  for (const TaskPlan& plan : plans) {
    const bool learns = experiment.trains || plan.init != "none";
    if (learns) warn_of_shared_file(experiment, plan, messages);
    if (learns && !plan.files.train.empty()) add_once(training, plan.files.train);
    for (const std::string& test : test_sets(experiment, *plan.config, files)) add_once(tests, test);
  }
  std::vector<const Examples*> learned;
  for (const std::string& file : training) learned.push_back(&files.get(file));
  const KnownTexts known(learned);
  for (const std::string& file : tests) {
    const Examples& examples = files.get(file);
    const Overlap overlap = find_overlap(examples, known);
    const bool pairs = !examples.partners.empty();
    const std::int64_t known_examples = pairs ? overlap.whole : overlap.examples;
    const double share = static_cast<double>(known_examples) / static_cast<double>(examples.texts.size());
    if (share <= kWorthTelling) continue;
    messages.warn(std::to_string(known_examples) + " of " + std::to_string(examples.texts.size()) +
                  (pairs ? " pairs (" : " examples (") + formatted("%.1f", 100 * share) +
                  " %) of the test file " + files.path(file) +
                  " are also in the training data, ignoring case and white space. The first is at line " +
                  std::to_string(examples.rows[overlap.first].place().line) + ", also in " +
                  file_name(training[overlap.other]) +
                  ". Scores on these examples do not measure generalisation. To leave them out of the "
                  "training data, set drop_overlap = true in [data]");
  }
}

}  // namespace mtt
