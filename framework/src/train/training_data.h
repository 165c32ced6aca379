// Training examples, tokenized, and the forwards that a step is cut into.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/batching.h"
#include "model/multi_task_model.h"
#include "mtt/value.h"
#include "train/sampler.h"

namespace mtt {

/// The tasks that learn from a training file and read inputs of one kind: its texts, with second texts and
/// negatives for those that read groups, or joint pairs.
struct TrainingSource {
  std::string file;
  std::vector<std::string> texts;
  std::vector<std::string> second_texts;            ///< of pairs, one per text, or none
  std::vector<std::vector<std::string>> negatives;  ///< [example]: further texts of its group; or none at all
  bool joint = false;                               ///< both texts are encoded jointly
  bool transforms = false;         ///< its only task's head changes the inputs and makes targets of them
  std::vector<std::size_t> tasks;  ///< indices into the model's tasks
  std::vector<std::vector<Value>> labels;  ///< [task of this source][example]; null where there is none
  std::vector<TokenizedText> tokens;       ///< joint pairs, or texts, then second texts, then negatives

  std::int64_t examples() const { return static_cast<std::int64_t>(texts.size()); }
  /// Whether an example has several inputs, for tasks that read groups.
  bool grouped() const { return !joint && !second_texts.empty(); }
  /// The inputs of an example as indices into `tokens`: text, second text, negatives.
  std::vector<std::int64_t> inputs_of(std::int64_t example) const;
  /// Fills `tokens`, which refer to the texts.
  void tokenize(const TextEncoder& encoder, std::int64_t threads);

 private:
  std::vector<std::int64_t> first_negative_;  ///< [example+1]: indices into `tokens`
};

/// [file]: the sources of each training file, in the order of the files' first sources.
using SourcesOfFiles = std::vector<std::vector<std::size_t>>;
SourcesOfFiles sources_of_files(const std::vector<TrainingSource>& sources);

/// One forward of a step: examples of one source, sorted by length.
struct StepForward {
  std::size_t source = 0;
  std::vector<std::int64_t> rows;  ///< indices into the source's `tokens`, one per input of the batch
  SharedInputs inputs;
  /// Of a coupled source that is longer than a micro-batch: the inputs of each micro-batch, as numbers in
  /// `rows`. Sentence vectors are computed part by part (gradient caching). Empty: in one forward pass.
  std::vector<std::vector<std::int64_t>> parts;
  std::vector<at::Tensor> targets;  ///< one a task of the source
  std::vector<double> counts;       ///< what each task's loss sums over here
};

/// All forwards of a step.
struct StepData {
  std::vector<StepForward> forwards;
  std::vector<double> counts;        ///< [K]: what each task's loss sums over in the step
  std::vector<std::size_t> present;  ///< tasks whose count is above zero, ascending
  std::int64_t examples = 0;
};

/// What the random draws of a step begin with.
struct StepDraws {
  std::uint64_t seed = 1;  ///< of the training
  std::int64_t step = 0;
};

/// Cuts the chosen examples of each source into forwards of about `tokens_per_forward` tokens; a source with
/// a coupled head is one forward pass with parts. `files` is `sources_of_files(sources)`; these files are the
/// sources of the sampler, and `chosen` has one entry a file that takes part. Transforms of inputs draw from
/// (seed, task, step, number of the example).
StepData make_step(const std::vector<TrainingSource>& sources, const SourcesOfFiles& files,
                   const MultiTaskModel& model, const std::vector<SourceBatch>& chosen,
                   std::int64_t tokens_per_forward, StepDraws draws = {});

}  // namespace mtt
