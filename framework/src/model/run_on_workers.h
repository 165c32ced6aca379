// Work items shared among threads.
#pragma once

#include <cstdint>
#include <functional>

namespace mtt {

/// The number of processors, at least 1.
std::int64_t processor_count();

/// Calls work(0), ..., work(count-1), each once, on `threads` threads with one LibTorch thread each; with one
/// item or one thread it runs here and the item may use all threads. The first exception ends the work and is
/// thrown again here.
void run_on_workers(std::int64_t threads, std::int64_t count, const std::function<void(std::int64_t)>& work);

}  // namespace mtt
