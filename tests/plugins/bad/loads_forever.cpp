// A plugin whose static initialiser never ends.
#include <chrono>
#include <thread>

#include "mtt/plugin.h"

namespace {

const bool never = [] {
  while (true) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return true;
}();

void add_all(mtt::Registry&) {}

}  // namespace

MTT_PLUGIN("loads_forever", "1.0", add_all)
