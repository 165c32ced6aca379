#include "text/byte_trie.h"

#include "catch.h"

TEST_CASE("a byte trie finds every token that a text begins with") {
  const std::vector<mtt::VocabularyEntry> entries = {{"", 9},   {"b", 1}, {"abc", 2}, {"a", 3},
                                                     {"ab", 4}, {"é", 5}, {"a", 6},   {"abcdefgh", 7}};
  const mtt::ByteTrie trie(entries);
  const auto prefixes = [&](std::string_view text) {
    std::vector<std::pair<std::size_t, std::int32_t>> found;
    trie.prefixes(text, [&](std::size_t length, std::int32_t id) { found.emplace_back(length, id); });
    return found;
  };
  using Found = std::vector<std::pair<std::size_t, std::int32_t>>;
  CHECK(prefixes("abcd") == Found{{1, 6}, {2, 4}, {3, 2}});
  CHECK(prefixes("éa") == Found{{2, 5}});
  CHECK(prefixes("xab").empty());
  CHECK(prefixes("").empty());
  CHECK(trie.find("abcdefgh") == 7);
  CHECK(trie.find("abcd") == -1);
  CHECK(trie.find("a") == 6);
  CHECK(trie.find("") == 9);
  CHECK(mtt::ByteTrie(std::span<const mtt::VocabularyEntry>()).find("a") == -1);
}
