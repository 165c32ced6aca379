// Texts through a model, from any number of threads: requests → batches → forward passes → responses.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>

#include "model/batching.h"
#include "model/multi_task_model.h"
#include "model/request.h"

namespace mtt {

/// Takes the number of texts and of tokens of a forward pass.
using BatchObserver = std::function<void(std::int64_t texts, std::int64_t tokens)>;

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
  /// is not valid UTF-8 and for a vector that is not finite. Lists of different lengths, and results that do
  /// not go with a task that changes the inputs, throw Error here. May be called from any thread.
  std::future<Response> submit(Request request);
  /// The same for a caller that does not wait: `answer` takes the response.
  void submit(Request request, Answer answer);
  /// Queues a request and waits for its response.
  Response run(Request request) { return submit(std::move(request)).get(); }

  /// `on_batch` is called before each forward pass, on any thread. To be called before the first request.
  void observe(BatchObserver on_batch);
  /// How many pieces of requests wait for a thread.
  std::int64_t waiting() const;

  const MultiTaskModel& model() const;
  std::int64_t threads() const;
  std::int64_t tokens_per_forward() const;

 private:
  class Queue;
  std::unique_ptr<Queue> queue_;
};

}  // namespace mtt
