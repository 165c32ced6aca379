// Which names a task may have.
#pragma once

#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// The key under which a line of predictions holds those keys of the line it was read from that it uses
/// itself.
inline constexpr std::string_view kInputKey = "input";

/// Throws Error at the place of `table`, the task's own, where `name` is no name for a task: it is a key of
/// predictions, and part of the names of files.
void check_task_name(const std::string& name, const Value& table);

}  // namespace mtt
