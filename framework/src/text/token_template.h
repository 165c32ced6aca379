// Where the texts and the special tokens of an input stand.
#pragma once

#include <cstdint>
#include <vector>

namespace mtt {

/// A text's place, or a special token.
struct TemplateItem {
  static constexpr std::int32_t kSpecial = -1;

  std::int32_t text = kSpecial;  ///< 0: the first text; 1: the second text of a pair
  std::int32_t id = 0;           ///< of a special token
  std::int32_t type_id = 0;      ///< of all tokens of the item
};

/// The items of an input in order; each text occurs once.
using TokenTemplate = std::vector<TemplateItem>;

}  // namespace mtt
