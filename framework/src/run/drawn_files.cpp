#include "run/drawn_files.h"

#include "config/task_examples.h"

namespace mtt {

DrawnFiles drawn_files(const Experiment& experiment, const TaskConfig& task, ExampleFiles& files) {
  const DevSource dev = dev_source(experiment, task);
  DrawnFiles drawn{train_file(experiment, task), dev.file};
  if (drawn.train.empty()) return drawn;
  const auto seed = static_cast<std::uint64_t>(experiment.run.integer("seed"));
  if (experiment.data.boolean("drop_overlap"))
    drawn.train = files.without(drawn.train, held_out_files(experiment));
  if (dev.share > 0) {
    const ExampleFiles::Parts parts = files.split(drawn.train, dev.share, seed);
    drawn = {parts.train, parts.dev};
  }
  const Value& count = train_examples(experiment, task);
  if (count.integer() == 0) return drawn;
  const auto size = static_cast<std::int64_t>(files.get(drawn.train).texts.size());
  if (count.integer() > size)
    count.refuse("train_examples is " + count.json() + ", and '" + drawn.train + "' has " +
                 std::to_string(size) + " examples; give at most as many, or 0 for all");
  drawn.train = files.draw(drawn.train, count.integer(), seed);
  return drawn;
}

}  // namespace mtt
