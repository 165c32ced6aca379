#include "serve/background_thread.h"

#include <utility>

namespace mtt {

BackgroundThread::BackgroundThread() : thread_([this] { loop(); }) {}

BackgroundThread::~BackgroundThread() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool BackgroundThread::run(std::function<void()> work, std::size_t most) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most) return false;
    waiting_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void BackgroundThread::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace mtt
