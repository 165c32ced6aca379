#include "run/drawn_files.h"

#include <set>

#include "experiment/task_examples.h"

namespace mtt {

DrawnFiles drawn_files(const Experiment& experiment, const TaskConfig& task, ExampleFiles& files) {
  const DevSource dev = dev_source(experiment, task);
  const TextKeys keys = text_keys(experiment, task);
  DrawnFiles drawn{train_set(experiment, task, files), files.with_keys(dev.file, keys)};
  if (drawn.train.empty()) return drawn;
  const auto seed = static_cast<std::uint64_t>(experiment.run.integer("seed"));
  if (experiment.data.boolean("drop_overlap"))
    drawn.train = files.without(drawn.train, held_out_sets(experiment, files));
  if (dev.share > 0) {
    const ExampleFiles::Parts parts = files.split(drawn.train, dev.share, seed);
    drawn = {parts.train, parts.dev};
  }
  const Value& count = train_examples(experiment, task);
  if (count.integer() == 0) return drawn;
  const auto size = static_cast<std::int64_t>(files.get(drawn.train).texts.size());
  if (count.integer() > size)
    count.refuse("train_examples is " + count.json() + ", but '" + drawn.train + "' has " +
                 std::to_string(size) + " examples; give at most as many, or 0 for all");
  drawn.train = files.draw(drawn.train, count.integer(), seed);
  return drawn;
}

std::vector<std::string> test_sets(const Experiment& experiment, const TaskConfig& task,
                                   ExampleFiles& files) {
  std::vector<std::string> sets = test_files(experiment, task);
  for (std::string& file : sets) file = files.with_keys(file, text_keys(experiment, task));
  return sets;
}

std::string train_set(const Experiment& experiment, const TaskConfig& task, ExampleFiles& files) {
  return files.with_keys(train_file(experiment, task), text_keys(experiment, task));
}

std::vector<std::string> held_out_sets(const Experiment& experiment, ExampleFiles& files) {
  std::set<std::string> sets;
  for (const TaskConfig& task : experiment.tasks) {
    for (std::string& file : test_sets(experiment, task, files)) sets.insert(std::move(file));
    sets.insert(files.with_keys(dev_source(experiment, task).file, text_keys(experiment, task)));
  }
  sets.erase("");
  return {sets.begin(), sets.end()};
}

}  // namespace mtt
