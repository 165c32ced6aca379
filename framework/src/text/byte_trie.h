// All keys that a text begins with.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "text/sub_word_model.h"

namespace mtt {

/// A trie over the bytes of tokens. Immutable.
class ByteTrie {
 public:
  /// Of equal tokens the last one counts.
  explicit ByteTrie(std::span<const VocabularyEntry> entries);

  /// Calls found(length, id) for every token that `text` begins with, except the empty one, shortest first.
  template <class Found>
  void prefixes(std::string_view text, const Found& found) const {
    if (text.empty()) return;
    std::uint32_t node = root_children_[static_cast<unsigned char>(text[0])];
    for (std::size_t length = 1; node != 0; ++length) {
      if (ids_[node] >= 0) found(length, ids_[node]);
      if (length == text.size()) return;
      node = child(node, text[length]);
    }
  }

  /// The id of a token, or -1.
  std::int32_t find(std::string_view token) const;

 private:
  std::uint32_t child(std::uint32_t node, char byte) const {
    const std::uint32_t begin = first_child_[node], end = first_child_[node + 1];
    const auto* found = begin == end ? nullptr : std::memchr(&labels_[begin], byte, end - begin);
    return found ? static_cast<std::uint32_t>(static_cast<const char*>(found) - labels_.data()) : 0;
  }

  // Nodes level by level from the root, 0; the children of a node follow each other.
  std::vector<std::uint32_t> first_child_;
  std::vector<char> labels_;
  std::vector<std::int32_t> ids_;
  std::array<std::uint32_t, 256> root_children_{};
};

}  // namespace mtt
