#include "model/session.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "model/answer_parts.h"
#include "model/pending_request.h"
#include "mtt/error.h"
#include "plugin/plugin_call.h"

namespace mtt {

/// The pieces of all requests, in the order of the requests, and the threads that do them.
class Session::Queue {
 public:
  Queue(const MultiTaskModel& model, TextEncoder encoder, std::int64_t threads,
        std::int64_t tokens_per_forward);
  ~Queue();

  void observe(BatchObserver on_batch);
  std::int64_t waiting() const;

  void add(const std::shared_ptr<PendingRequest>& request);
  const MultiTaskModel& model() const { return model_; }
  std::int64_t threads() const { return threads_; }
  std::int64_t tokens_per_forward() const { return tokens_per_forward_; }

 private:
  struct Worker {
    std::thread thread;
    std::condition_variable wake;
    bool idle = false;
  };

  void work(std::size_t number);
  void tokenize(std::unique_lock<std::mutex>& lock);
  /// The first part, and those behind it that go with it, in their order, as many as a batch may hold.
  std::vector<RequestPart> take_batch(std::deque<RequestPart>& parts) const;
  void run_batch(std::unique_lock<std::mutex>& lock, std::size_t worker);
  void run_parts(std::vector<RequestPart> parts);
  bool has_parts() const { return !small_parts_.empty() || !large_parts_.empty(); }
  /// Wakes that many idle workers, always in the same order, so that few requests are served by few workers.
  void wake(std::size_t count);

  void report(const std::vector<RequestPart>& parts) const;

  const MultiTaskModel& model_;
  TextEncoder encoder_;
  BatchObserver on_batch_;
  std::int64_t threads_, tokens_per_forward_;

  mutable std::mutex mutex_;
  std::deque<std::pair<std::shared_ptr<PendingRequest>, std::int64_t>> chunks_;
  /// Of requests with one part, and of larger ones: they take turns, so that nobody waits for somebody's
  /// thousand texts.
  std::deque<RequestPart> small_parts_, large_parts_;
  bool large_turn_ = false;
  std::int64_t running_batches_ = 0;
  /// The worker that runs batches which are alone, with all threads: one worker, since LibTorch keeps as many
  /// threads for each that ever did so.
  std::optional<std::size_t> wide_worker_;
  bool closed_ = false;
  std::deque<Worker> workers_;
};

Session::Queue::Queue(const MultiTaskModel& model, TextEncoder encoder, std::int64_t threads,
                      std::int64_t tokens_per_forward)
    : model_(model),
      encoder_(std::move(encoder)),
      threads_(std::max<std::int64_t>(threads, 1)),
      tokens_per_forward_(tokens_per_forward),
      workers_(static_cast<std::size_t>(threads_)) {
  for (std::size_t number = 0; number < workers_.size(); ++number) {
    try {
      workers_[number].thread = std::thread([this, number] { work(number); });
    } catch (const std::system_error&) {
      if (number == 0) throw;
      break;  // the system gives no more threads: those that are there do all the work
    }
  }
}

Session::Queue::~Queue() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    wake(workers_.size());
  }
  for (Worker& worker : workers_)
    if (worker.thread.joinable()) worker.thread.join();
  const auto closed =
      std::make_exception_ptr(Error("the session was closed before the request was answered"));
  std::set<std::shared_ptr<PendingRequest>> unanswered;
  for (auto& [request, chunk] : chunks_) unanswered.insert(request);
  for (const auto* parts : {&small_parts_, &large_parts_})
    for (const RequestPart& part : *parts) unanswered.insert(part.request);
  for (const auto& request : unanswered) request->abandon(closed);
}

void Session::Queue::add(const std::shared_ptr<PendingRequest>& request) {
  const std::lock_guard lock(mutex_);
  for (std::int64_t chunk = 0; chunk < request->chunks(); ++chunk) chunks_.emplace_back(request, chunk);
  wake(static_cast<std::size_t>(request->chunks()));
}

void Session::Queue::observe(BatchObserver on_batch) {
  const std::lock_guard lock(mutex_);
  on_batch_ = std::move(on_batch);
}

void Session::Queue::report(const std::vector<RequestPart>& parts) const {
  std::int64_t texts = 0, tokens = 0;
  for (const RequestPart& part : parts) {
    texts += static_cast<std::int64_t>(part.texts.size());
    tokens += part.tokens;
  }
  on_batch_(texts, tokens);
}

std::int64_t Session::Queue::waiting() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::int64_t>(chunks_.size() + small_parts_.size() + large_parts_.size());
}

void Session::Queue::wake(std::size_t count) {
  for (std::size_t i = 0; i < workers_.size() && count > 0; ++i) {
    Worker& worker = workers_[(wide_worker_.value_or(0) + i) % workers_.size()];
    if (!worker.idle) continue;
    worker.idle = false;
    worker.wake.notify_one();
    --count;
  }
}

void Session::Queue::work(std::size_t number) {
  const auto stack = std::make_unique<SignalStack>();
  std::unique_lock lock(mutex_);
  while (!closed_) {
    if (!chunks_.empty()) {
      tokenize(lock);
    } else if (has_parts()) {
      run_batch(lock, number);
    } else {
      Worker& worker = workers_[number];
      worker.idle = true;
      worker.wake.wait(lock, [&] { return !worker.idle; });
    }
  }
}

void Session::Queue::tokenize(std::unique_lock<std::mutex>& lock) {
  const auto [request, chunk] = std::move(chunks_.front());
  chunks_.pop_front();
  lock.unlock();
  std::deque<RequestPart> parts;
  if (request->tokenize(encoder_, chunk)) {
    try {
      parts = PendingRequest::divide(request, tokens_per_forward_);
    } catch (const std::bad_alloc&) {
      request->abandon(std::current_exception());
    }
  }
  lock.lock();
  if (parts.empty()) return;
  std::deque<RequestPart>& waiting = parts.size() == 1 ? small_parts_ : large_parts_;
  for (RequestPart& part : parts) waiting.push_back(std::move(part));
  wake(parts.size() - 1);
}

std::vector<RequestPart> Session::Queue::take_batch(std::deque<RequestPart>& parts) const {
  std::vector<RequestPart> batch;
  std::int64_t tokens = 0;
  for (auto part = parts.begin(); part != parts.end();) {
    if (!batch.empty() && !part->goes_with(batch.front())) {
      ++part;
      continue;
    }
    tokens += part->tokens;
    if (!batch.empty() && tokens > tokens_per_forward_) break;
    batch.push_back(std::move(*part));
    part = parts.erase(part);
  }
  return batch;
}

void Session::Queue::run_batch(std::unique_lock<std::mutex>& lock, std::size_t worker) {
  large_turn_ = !large_turn_;
  const bool large = small_parts_.empty() || (large_turn_ && !large_parts_.empty());
  std::deque<RequestPart>& parts = large ? large_parts_ : small_parts_;
  std::vector<RequestPart> batch = take_batch(parts);
  const bool alone = !has_parts() && running_batches_ == 0;
  if (alone && !wide_worker_) wide_worker_ = worker;
  const bool wide = alone && wide_worker_ == worker;
  ++running_batches_;
  lock.unlock();
  at::set_num_threads(static_cast<int>(wide ? threads_ : 1));
  run_parts(std::move(batch));
  lock.lock();
  --running_batches_;
}

void Session::Queue::run_parts(std::vector<RequestPart> parts) {
  std::erase_if(parts, [](const RequestPart& part) {
    const bool failed = part.request->failed();
    if (failed) part.request->skip();
    return failed;
  });
  if (parts.empty()) return;
  if (on_batch_) report(parts);
  for (const RequestPart& part : parts) part.request->start();
  std::exception_ptr error;
  try {
    answer_parts(model_, parts);
  } catch (...) {
    error = std::current_exception();
  }
  if (error && parts.size() > 1) {  // one of them is at fault
    for (RequestPart& part : parts) run_parts({std::move(part)});
    return;
  }
  for (const RequestPart& part : parts) part.request->finish(part, error);
}

Session::Session(const MultiTaskModel& model, TextEncoder encoder, std::int64_t threads,
                 std::int64_t tokens_per_forward)
    : queue_(std::make_unique<Queue>(model, std::move(encoder), threads, tokens_per_forward)) {}

Session::~Session() = default;

std::future<Response> Session::submit(Request request) {
  const auto promise = std::make_shared<std::promise<Response>>();
  submit(std::move(request), [promise](Response response, const std::exception_ptr& error) {
    error ? promise->set_exception(error) : promise->set_value(std::move(response));
  });
  return promise->get_future();
}

void Session::submit(Request request, Answer answer) {
  queue_->add(std::make_shared<PendingRequest>(std::move(request), std::move(answer), queue_->model()));
}

void Session::observe(BatchObserver on_batch) { queue_->observe(std::move(on_batch)); }

std::int64_t Session::waiting() const { return queue_->waiting(); }

const MultiTaskModel& Session::model() const { return queue_->model(); }
std::int64_t Session::threads() const { return queue_->threads(); }
std::int64_t Session::tokens_per_forward() const { return queue_->tokens_per_forward(); }

}  // namespace mtt
