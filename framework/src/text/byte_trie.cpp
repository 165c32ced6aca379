#include "text/byte_trie.h"

#include <algorithm>
#include <numeric>

namespace mtt {

ByteTrie::ByteTrie(std::span<const VocabularyEntry> entries) {
  std::vector<std::uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int compared = entries[a].token.compare(entries[b].token);
    return compared != 0 ? compared < 0 : a < b;
  });
  const auto token = [&](std::size_t i) -> const std::string& { return entries[order[i]].token; };

  struct Node {
    std::size_t first, last;  ///< the tokens below it, in order
    std::size_t depth;
  };
  std::vector<Node> nodes = {{0, entries.size(), 0}};
  labels_.push_back(0);
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    auto [first, last, depth] = nodes[n];
    std::int32_t id = -1;
    for (; first < last && token(first).size() == depth; ++first) id = entries[order[first]].id;
    ids_.push_back(id);
    first_child_.push_back(static_cast<std::uint32_t>(nodes.size()));
    while (first < last) {
      const char label = token(first)[depth];
      std::size_t next = first + 1;
      while (next < last && token(next)[depth] == label) ++next;
      nodes.push_back({first, next, depth + 1});
      labels_.push_back(label);
      first = next;
    }
  }
  first_child_.push_back(static_cast<std::uint32_t>(nodes.size()));
  for (std::uint32_t i = first_child_[0]; i < first_child_[1]; ++i)
    root_children_[static_cast<unsigned char>(labels_[i])] = i;
}

std::int32_t ByteTrie::find(std::string_view token) const {
  std::uint32_t node = 0;
  for (const char byte : token)
    if ((node = child(node, byte)) == 0) return -1;
  return ids_[node];
}

}  // namespace mtt
