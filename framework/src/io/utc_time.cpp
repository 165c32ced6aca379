#include "io/utc_time.h"

#include <cstdio>
#include <ctime>

namespace mtt {
namespace {

std::string seconds_text(std::chrono::system_clock::time_point time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts)};
}

}  // namespace

std::string utc_time(std::chrono::system_clock::time_point time) { return seconds_text(time) + "Z"; }

std::string utc_time_with_milliseconds(std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(since.count() % 1000));
  return seconds_text(time) + fraction;
}

}  // namespace mtt
