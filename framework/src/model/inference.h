// Many texts through a model: text → tokens → forwards → results in the caller's order.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/batching.h"
#include "model/multi_task_model.h"
#include "mtt/value.h"

namespace mtt {

/// What a pass over texts gives.
struct InferenceResult {
  at::Tensor sentences;  ///< float [N, D]; undefined where not asked for
  /// [task][N]; empty where not asked for, and for tasks that need second texts where there are none.
  std::vector<std::vector<Value>> predictions;
  std::int64_t truncated = 0;  ///< texts, or pairs, of which the model takes only a part
  std::int64_t tokens = 0;
};

/// What a pass is asked for.
struct InferenceRequest {
  bool sentences = true;
  bool predictions = false;
  /// Called with the texts done so far and their share of all tokens, from any worker, one at a time.
  std::function<void(std::int64_t done, double share)> progress = {};
  std::int64_t first = 0;  ///< how many texts came before, for messages that number them
  std::int64_t top = 0;    ///< most probable classes that each prediction lists, see add_top_classes; 0: none
};

/// Runs a model over texts with a fixed number of threads: one worker a thread, each with forwards of its
/// own, since that is faster than several threads within a forward; a single forward uses all threads itself.
class Inference {
 public:
  Inference(const MultiTaskModel& model, TextEncoder encoder, std::int64_t threads,
            std::int64_t tokens_per_forward);

  /// `second_texts`: one per text, or none at all; tasks on pairs need them. A text that is no UTF-8, or a
  /// vector that is not finite, throws Error.
  InferenceResult run(const std::vector<std::string>& texts, const InferenceRequest& request,
                      const std::vector<std::string>& second_texts = {}) const;

  const TextEncoder& text_encoder() const { return encoder_; }
  std::int64_t threads() const { return threads_; }
  std::int64_t tokens_per_forward() const { return tokens_per_forward_; }

 private:
  const MultiTaskModel& model_;
  TextEncoder encoder_;
  std::int64_t threads_;
  std::int64_t tokens_per_forward_;
};

/// Whether a model has a task that reads single texts; tasks on pairs predict nothing for one.
bool predicts(const MultiTaskModel& model);

/// One line of predictions: {"text": ..., "<task>": prediction, ...}; those of heads with random weights get
/// "untrained": true, and tasks without predictions are left out. A second text stands behind the text.
Value prediction_row(const std::string& text, const std::string* second_text, const std::vector<Task>& tasks,
                     const std::vector<std::vector<Value>>& predictions, std::int64_t row);

}  // namespace mtt
