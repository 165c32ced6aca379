#include "model/run_on_workers.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "plugin/plugin_call.h"

namespace mtt {

std::int64_t processor_count() { return std::max<std::int64_t>(1, std::thread::hardware_concurrency()); }

void run_on_workers(std::int64_t threads, std::int64_t count, const std::function<void(std::int64_t)>& work) {
  if (threads <= 1 || count <= 1) {
    at::set_num_threads(static_cast<int>(std::max<std::int64_t>(threads, 1)));
    for (std::int64_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<std::int64_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto worker = [&] {
    const auto stack = std::make_unique<SignalStack>();
    at::set_num_threads(1);
    try {
      for (std::int64_t i; (i = next.fetch_add(1)) < count;) work(i);
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> crew;
  const std::int64_t size = std::min(threads, count);
  try {
    for (std::int64_t i = 1; i < size; ++i) crew.emplace_back(worker);
  } catch (const std::system_error&) {
    // the system gives no more threads: those that are there do all the work
  }
  worker();
  for (std::thread& thread : crew) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mtt
