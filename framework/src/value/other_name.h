// A name of other systems and what it is called here.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace mtt {

/// What users of other systems write, and what to write here instead; for messages only.
struct OtherName {
  std::string_view other, own;
};

/// The own name of `word` in a list of names; "" where it is not listed.
template <class Table>
std::string_view own_name(const Table& table, std::string_view word) {
  const auto found = std::find_if(std::begin(table), std::end(table),
                                  [&](const OtherName& name) { return name.other == word; });
  return found == std::end(table) ? std::string_view() : found->own;
}

}  // namespace mtt
