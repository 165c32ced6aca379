// Points of time as text.
#pragma once

#include <chrono>
#include <string>

namespace mtt {

/// "2026-03-01T12:30:00Z"
std::string utc_time(std::chrono::system_clock::time_point time);
/// "2026-03-01T12:30:00.250Z"
std::string utc_time_with_milliseconds(std::chrono::system_clock::time_point time);

}  // namespace mtt
