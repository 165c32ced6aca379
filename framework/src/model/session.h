// Texts through a model, from any number of threads: requests → batches → forward passes → responses.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/batching.h"
#include "model/multi_task_model.h"
#include "mtt/value.h"

namespace mtt {

/// Texts, and what is computed for them. A request owns its texts.
struct Request {
  std::vector<std::string> texts;
  /// The second texts of pairs: one per text, none where a text has none; or an empty list. Tasks on pairs
  /// need them.
  std::vector<std::optional<std::string>> second_texts = {};
  bool sentences = true;
  bool predictions = false;
  std::int64_t top = 0;    ///< most probable classes that each prediction lists, see add_top_classes; 0: none
  std::int64_t first = 0;  ///< how many texts came before, for messages that number them
  /// Called with the texts done so far and their share of all tokens, from any thread, one call at a time.
  /// What it throws ends the request.
  std::function<void(std::int64_t done, double share)> progress = {};
};

/// The results of a request, in the order of its texts.
struct Response {
  at::Tensor sentences;  ///< float [N, D]; undefined where not asked for
  /// [task][N]: null for a text that the task does not read (a task on pairs, a text without a second one);
  /// an empty list where not asked for.
  std::vector<std::vector<Value>> predictions;
  std::int64_t truncated = 0;  ///< texts, or pairs, of which the model takes only a part
  std::int64_t tokens = 0;
};

/// A model that answers requests on threads of its own, which live as long as the session. A batch holds
/// texts of several requests where these are small; a text's results do not depend on that. There is one
/// batch per thread at a time, since that is faster than several threads within a batch; a batch that is
/// alone uses all threads. The model must outlive the session and must not change while a request runs.
class Session {
 public:
  /// `threads` of at least 1; a batch has at most `tokens_per_forward` tokens, or one longer text.
  Session(const MultiTaskModel& model, TextEncoder encoder, std::int64_t threads,
          std::int64_t tokens_per_forward);
  /// Requests that are not answered fail.
  ~Session();

  /// Queues a request. Errors are those of the request alone and thrown by the future: Error for a text that
  /// is not valid UTF-8 and for a vector that is not finite. Lists of different
  /// lengths throw Error here. May be called from any thread.
  std::future<Response> submit(Request request);
  /// Queues a request and waits for its response.
  Response run(Request request) { return submit(std::move(request)).get(); }

  const MultiTaskModel& model() const;
  const TextEncoder& text_encoder() const;
  std::int64_t threads() const;
  std::int64_t tokens_per_forward() const;

 private:
  class Queue;
  std::unique_ptr<Queue> queue_;
};

/// Whether a model has a task that reads single texts; tasks on pairs predict nothing for one.
bool predicts(const MultiTaskModel& model);

/// One line of predictions: {"text": ..., "<task>": prediction, ...}; those of heads with random weights get
/// "untrained": true, and tasks without a prediction are left out. A second text stands behind the text.
Value prediction_row(const std::string& text, const std::optional<std::string>& second_text,
                     const std::vector<Task>& tasks, const std::vector<std::vector<Value>>& predictions,
                     std::int64_t row);

}  // namespace mtt
