// A thread for what would hold up the server.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace mtt {

/// Does one thing after another, in order. Its destructor does what waits, then ends the thread.
class BackgroundThread {
 public:
  BackgroundThread();
  ~BackgroundThread();
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;

  /// Whether `work` will be done: not if `most` things wait already. It must not throw. May be called from
  /// any thread.
  bool run(std::function<void()> work, std::size_t most);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace mtt
