// The smaller widths for which a model was trained.
#pragma once

#include <cstdint>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// Widths to which vectors may be cut.
struct MatryoshkaWidths {
  bool all = false;
  std::vector<std::int64_t> listed = {};

  bool allow(std::int64_t width) const;
};

/// `matryoshka_dimensions` of config.json, or, with `is_matryoshka`, all.
MatryoshkaWidths matryoshka_widths(const Value& config);

}  // namespace mtt
