// The name that a missing checkpoint tensor would have, and why it may be missing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/backbone.h"

namespace mtt {

/// The checkpoint's name for what fills a parameter from a row on (0 where one tensor fills all of it),
/// derived from the tensors that are there: the same tensor of another layer, or the weight beside a bias.
/// none: nothing there is like it.
std::optional<std::string> missing_tensor_name(
    const std::string& parameter, std::int64_t row, const std::vector<std::string>& present,
    const std::function<std::optional<WeightTarget>(std::string_view)>& target);

/// What the names of a checkpoint's tensors say of a file that lacks a part of the model: an adapter that was
/// not merged, or a prefix before all names. "" where they say nothing.
std::string naming_hint(const std::vector<std::string>& present,
                        const std::function<std::optional<WeightTarget>(std::string_view)>& target);

}  // namespace mtt
