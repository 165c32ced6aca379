#include "text/byte_trie.h"

#include <algorithm>
#include <string>

namespace mtt {

namespace {

struct Key {
  std::uint64_t start = 0;  ///< the first eight bytes, as a number that sorts as they do
  std::string_view token;
  std::int32_t id = 0;

  explicit Key(const VocabularyEntry& entry) : token(entry.token), id(entry.id) {
    for (std::size_t i = 0; i < 8; ++i)
      start = start << 8 | (i < token.size() ? static_cast<unsigned char>(token[i]) : 0);
  }
  bool operator<(const Key& other) const {
    return start != other.start ? start < other.start : token < other.token;
  }
};

}  // namespace

ByteTrie::ByteTrie(std::span<const VocabularyEntry> entries) {
  std::vector<Key> keys(entries.begin(), entries.end());
  std::stable_sort(keys.begin(), keys.end());
  std::string bytes;  // of all tokens in order, which are near each other so
  for (const Key& key : keys) bytes += key.token;
  for (std::size_t i = 0, at = 0; i < keys.size(); at += keys[i++].token.size())
    keys[i].token = std::string_view(bytes).substr(at, keys[i].token.size());

  struct Node {
    std::size_t first, last;  ///< the keys below it
    std::size_t depth;
  };
  std::vector<Node> nodes = {{0, keys.size(), 0}};
  labels_.push_back(0);
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    auto [first, last, depth] = nodes[n];
    std::int32_t id = -1;
    for (; first < last && keys[first].token.size() == depth; ++first) id = keys[first].id;
    ids_.push_back(id);
    first_child_.push_back(static_cast<std::uint32_t>(nodes.size()));
    while (first < last) {
      const char label = keys[first].token[depth];
      std::size_t next = first + 1;
      while (next < last && keys[next].token[depth] == label) ++next;
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
