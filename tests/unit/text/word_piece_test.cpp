#include "text/word_piece.h"

#include "catch.h"

namespace {

const std::vector<mtt::VocabularyEntry> kVocabulary = {{"[UNK]", 0}, {"un", 1},  {"##want", 2}, {"##ed", 3},
                                                       {"ab", 4},    {"##c", 5}, {"a", 6},      {"##bd", 7},
                                                       {"é", 8},     {"##é", 9}, {"want", 10},  {"##w", 11}};

mtt::WordPiece model(std::int64_t max_characters = 100) { return {kVocabulary, 0, "##", max_characters}; }

/// "id(begin,end) " of every sub-word.
std::string pieces(const mtt::WordPiece& model, std::string_view word, std::size_t characters) {
  std::vector<mtt::SubWord> found;
  model.tokenize(word, characters, found);
  std::string text;
  for (const mtt::SubWord& piece : found)
    text +=
        std::to_string(piece.id) + "(" + std::to_string(piece.begin) + "," + std::to_string(piece.end) + ") ";
  return text;
}

}  // namespace

TEST_CASE("the longest token is taken first, and continues with its prefix") {
  CHECK(pieces(model(), "unwanted", 8) == "1(0,2) 2(2,6) 3(6,8) ");
  CHECK(pieces(model(), "want", 4) == "10(0,4) ");
  CHECK(pieces(model(), "abc", 3) == "4(0,2) 5(2,3) ");
}

TEST_CASE("a word that the greedy choice cannot cover is unknown as a whole") {
  CHECK(pieces(model(), "abd", 3) == "0(0,3) ");  // "a ##bd" would cover it, "ab" comes first
  CHECK(pieces(model(), "unwantedx", 9) == "0(0,9) ");
  CHECK(pieces(model(), "ed", 2) == "0(0,2) ");  // continues a word, but begins none
}

TEST_CASE("places are bytes, and no token is cut within a character") {
  CHECK(pieces(model(), "éé", 2) == "8(0,2) 9(2,4) ");
  CHECK(pieces(model(), "è", 1) == "0(0,2) ");
}

TEST_CASE("a word with more characters than the limit is unknown") {
  CHECK(pieces(model(3), "ééé", 3) == "8(0,2) 9(2,4) 9(4,6) ");
  CHECK(pieces(model(3), "éééé", 4) == "0(0,8) ");
}

TEST_CASE("sub-words are appended to those of the words before") {
  std::vector<mtt::SubWord> found = {{7, 1, 2}};
  model().tokenize("a", 1, found);
  REQUIRE(found.size() == 2);
  CHECK(found[0].id == 7);
  CHECK(found[1].id == 6);
}

TEST_CASE("a token of the vocabulary is found as it is written there") {
  for (const auto& [token, id] : kVocabulary) CHECK(model().id(token) == id);
  CHECK(model().id("##") == -1);
  CHECK(model().id("ed") == -1);
}
