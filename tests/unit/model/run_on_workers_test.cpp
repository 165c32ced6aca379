#include "model/run_on_workers.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "catch.h"
#include "mtt/error.h"

TEST_CASE("every item is worked on once, whatever the number of threads") {
  for (const std::int64_t threads : {1, 2, 3, 8})
    for (const std::int64_t count : {0, 1, 2, 7, 100}) {
      INFO(threads << " threads, " << count << " items");
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
      mtt::run_on_workers(threads, count, [&](std::int64_t i) { ++seen[static_cast<std::size_t>(i)]; });
      CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& times) { return times == 1; }));
    }
}

TEST_CASE("several threads have one LibTorch thread each, a single item has all") {
  std::mutex mutex;
  std::set<int> used;
  mtt::run_on_workers(3, 6, [&](std::int64_t) {
    const std::lock_guard lock(mutex);
    used.insert(at::get_num_threads());
  });
  CHECK(used == std::set<int>{1});
  mtt::run_on_workers(3, 1, [&](std::int64_t) { used = {at::get_num_threads()}; });
  CHECK(used == std::set<int>{3});
}

TEST_CASE("items wait for each other only where there are too few threads") {
  std::atomic<int> here = 0;
  mtt::run_on_workers(3, 3, [&](std::int64_t) {
    ++here;
    while (here < 3) std::this_thread::yield();  // ends only if all three are at work together
  });
  CHECK(here == 3);
}

TEST_CASE("the first exception ends the work and is thrown again") {
  for (const std::int64_t threads : {1, 2}) {
    std::atomic<int> done = 0;
    CHECK_THROWS_WITH(mtt::run_on_workers(threads, 100'000,
                                          [&](std::int64_t i) {
                                            if (i == 5) throw mtt::Error("item 5");
                                            ++done;
                                          }),
                      "item 5");
    CHECK(done < 100'000 - 1);
  }
}
