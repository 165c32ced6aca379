#include "run/example_fitting.h"

#include <map>
#include <set>
#include <utility>

#include "data/fitted_examples.h"
#include "data/span_check.h"

namespace mtt {
namespace {

/// How all tasks together use a file.
struct FileUse {
  ExampleReading reading = {.first_texts = false};
  bool learns = false, scored = false;
};

/// Tags are for heads whose labels are spans; others may have arrays of words as labels of their own.
std::optional<std::vector<std::string>> tags_for(const Task& task, std::vector<std::string> names) {
  return task.label_kind() == LabelKind::spans ? std::optional(std::move(names)) : std::nullopt;
}

std::string share(std::int64_t part, std::int64_t all, const std::string& what) {
  return std::to_string(part) + " of " + std::to_string(all) + " " + what;
}

std::string moved_text(const FittedFile& fitted) {
  return share(fitted.moved, fitted.spans, "spans") +
         " do not begin and end at word boundaries and are moved to whole words; the first: " +
         fitted.first_moved;
}

std::string truncated_text(const FittedFile& fitted, const FileUse& use, const Encoder& encoder,
                           const std::string& limit) {
  const std::int64_t positions = encoder.model->backbone().shape().positions;
  std::string text = share(fitted.truncated, fitted.texts, "texts") + " are truncated to " +
                     std::to_string(encoder.max_tokens) + " tokens, the longest has " +
                     std::to_string(fitted.longest);
  if (fitted.beyond > 0) {
    text += "; " + share(fitted.beyond, fitted.spans, "spans") + " end beyond the limit and";
    if (use.learns) text += " are not used for training";
    if (use.learns && use.scored) text += " and";
    if (use.scored) text += " count as missed";
  }
  if (positions > 0 && encoder.max_tokens >= positions) return text + "; split such texts";
  return text + "; set " + limit + " higher" +
         (positions > 0 ? " (the model takes up to " + std::to_string(positions) + ")" : "") +
         " or split such texts";
}

}  // namespace

std::vector<ExampleUse> example_uses(const std::vector<TaskPlan>& plans, const Experiment& experiment,
                                     ExampleFiles& files) {
  std::vector<ExampleUse> uses;
  for (const TaskPlan& plan : plans) {
    const auto use = [&](const std::string& file, bool learns) {
      if (!file.empty())
        uses.push_back({file, plan.field(), plan.task.reads(),
                        plan.task.joint(!files.get(file).partners.empty()), learns,
                        tags_for(plan.task, plan.config->options.strings("tags"))});
    };
    use(plan.files.train, true);
    use(plan.files.dev, false);
    for (const std::string& file : test_sets(experiment, *plan.config, files)) use(file, false);
  }
  return uses;
}

std::vector<ExampleUse> example_uses(const std::vector<HeldOut>& held_out, ExampleFiles& files,
                                     const MultiTaskModel& model, const std::vector<TaskData>& tasks) {
  std::vector<ExampleUse> uses;
  for (const HeldOut& item : held_out) {
    const Task& task = model.tasks()[item.task];
    uses.push_back({item.file, item.field, task.reads(), task.joint(!files.get(item.file).partners.empty()),
                    false, tags_for(task, tasks[item.task].tags)});
  }
  return uses;
}

std::vector<std::string> fit_examples(const std::vector<ExampleUse>& uses, ExampleFiles& files,
                                      const Encoder& encoder, const std::string& limit) {
  std::vector<std::string> order;
  std::map<std::string, FileUse> by_file;
  for (const ExampleUse& use : uses) {
    if (!by_file.contains(use.file)) order.push_back(use.file);
    FileUse& file = by_file[use.file];
    if (use.reads.unit == Reads::Unit::token)
      (use.joint ? file.reading.joint_pairs : file.reading.texts).emplace(use.field, use.tags);
    (use.joint ? file.reading.joint : file.reading.first_texts) = true;
    file.reading.second_texts = file.reading.second_texts || use.reads.grouped;
    (use.learns ? file.learns : file.scored) = true;
  }
  const TextReader reader(*encoder.directory.tokenizer, encoder.max_tokens, encoder.prompt);
  std::vector<std::string> warnings = files.warnings();
  for (const std::string& file : order) {
    const FileUse& use = by_file[file];
    const FittedFile fitted = fit_examples(files, file, use.reading, reader);
    if (fitted.moved > 0) warnings.push_back(file + ": " + moved_text(fitted));
    if (const std::string hint = moved_hint(fitted.moved, fitted.spans); !hint.empty())
      warnings.push_back(file + ": " + hint);
    if (fitted.truncated > 0) warnings.push_back(file + ": " + truncated_text(fitted, use, encoder, limit));
  }
  return warnings;
}

}  // namespace mtt
