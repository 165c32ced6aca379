#include "serve/background_thread.h"

#include <atomic>
#include <future>
#include <vector>

#include "catch.h"

TEST_CASE("a thread in the background does in order what it takes, and ends with the last of it") {
  std::vector<int> done;
  {
    std::atomic<bool> begun = false;
    std::promise<void> go;
    mtt::BackgroundThread thread;
    CHECK(thread.run(
        [&] {
          begun = true;
          go.get_future().wait();
          done.push_back(1);
        },
        2));
    while (!begun) std::this_thread::yield();
    CHECK(thread.run([&] { done.push_back(2); }, 2));
    CHECK(thread.run([&] { done.push_back(3); }, 2));
    CHECK_FALSE(thread.run([&] { done.push_back(4); }, 2));
    go.set_value();
  }
  CHECK(done == std::vector<int>{1, 2, 3});
}
