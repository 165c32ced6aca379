#include "model/batching.h"

#include <ATen/ATen.h>

#include "catch.h"
#include "mtt/error.h"
#include "unit/text/bert_tokenizer.h"

namespace {

const char kVocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\nsome\njazz\n:\n##s\n";
constexpr mtt::BackboneShape kShape{
    .vocabulary = 10, .token_types = 2, .positions = 0, .hidden = 1, .layers = 1};

using Runs = std::vector<std::vector<std::int64_t>>;

mtt::TokenizedText tokens_of(std::size_t count) {
  mtt::TokenizedText text;
  text.tokens.ids.assign(count, 5);
  return text;
}

}  // namespace

TEST_CASE("items are cut by length: the longest first, otherwise in their order, within the budget") {
  const std::vector<std::int64_t> lengths = {3, 5, 1, 4, 2, 3};
  const auto cut = [&](std::int64_t budget) {
    return mtt::cut_by_length(
        {0, 1, 2, 3, 4, 5}, [&](std::int64_t i) { return lengths[static_cast<std::size_t>(i)]; }, budget);
  };
  CHECK(cut(6) == Runs{{1}, {3}, {0, 5}, {4, 2}});
  CHECK(cut(9) == Runs{{1, 3}, {0, 5, 4, 2}});
  CHECK(cut(100) == Runs{{1, 3, 0, 5, 4, 2}});
  CHECK(cut(1) == Runs{{1}, {3}, {0}, {5}, {4}, {2}});
  CHECK(mtt::cut_by_length(
            {}, [](std::int64_t) { return 1; }, 4)
            .empty());
}

TEST_CASE("texts are planned by their tokens") {
  const std::vector<mtt::TokenizedText> texts = {tokens_of(2), tokens_of(4), tokens_of(2)};
  CHECK(mtt::plan_forwards(texts, 4) == Runs{{1}, {0, 2}});
}

TEST_CASE("a batch holds its texts one after the other, in the given order") {
  const mtt::Tokenizer tokenizer = bert_tokenizer(kVocabulary);
  const mtt::TextEncoder encoder(tokenizer, 0, "");
  const std::string first = "play jazz", second = "jazzs";
  const std::vector<mtt::TokenizedText> texts = {encoder.encode(first), encoder.encode(second)};
  const mtt::PackedBatch batch = mtt::make_batch(texts, {1, 0}, kShape);
  CHECK(batch.offsets == std::vector<std::int64_t>{0, 4, 8});
  CHECK(at::equal(batch.ids, at::tensor({2, 7, 9, 3, 2, 5, 7, 3}, at::kLong)));
  CHECK(at::equal(batch.type_ids, at::zeros({8}, at::kLong)));
  CHECK(at::equal(batch.positions, at::tensor({0, 1, 2, 3, 0, 1, 2, 3}, at::kLong)));
  CHECK(at::equal(batch.row, at::tensor({0, 0, 0, 0, 1, 1, 1, 1}, at::kLong)));
  CHECK(at::equal(batch.text, at::tensor({-1, 0, 0, -1, -1, 0, 0, -1}, at::kLong)));
  CHECK(at::equal(batch.word, at::tensor({-1, 0, 0, -1, -1, 0, 1, -1}, at::kLong)));
  CHECK(at::equal(batch.starts, at::tensor({0, 4, 8}, at::kLong)));
  CHECK(batch.chars[2].begin == 4);
  CHECK(batch.chars[6].begin == 5);
  CHECK(batch.texts == std::vector<std::string_view>{"jazzs", "play jazz"});
  CHECK(mtt::make_batch({}, {}, kShape).size() == 0);
}

TEST_CASE("ids and types that the backbone has no rows for are refused") {
  mtt::TokenizedText text = tokens_of(1);
  text.tokens.type_ids = {0};
  text.tokens.chars = {{}};
  text.tokens.special = text.tokens.first_subword = {0};
  text.tokens.ids = {10};
  CHECK_THROWS_WITH(mtt::make_batch({&text, 1}, {0}, kShape), Contains("id 10") && Contains("10 rows"));
  text.tokens.ids = {9};
  CHECK_NOTHROW(mtt::make_batch({&text, 1}, {0}, kShape));
  text.tokens.type_ids = {2};
  CHECK_THROWS_WITH(mtt::make_batch({&text, 1}, {0}, kShape),
                    Contains("token type 2") && Contains("2 types"));
}

TEST_CASE("tokens of a prompt belong to no text and no word") {
  const mtt::Tokenizer tokenizer = bert_tokenizer(kVocabulary);
  const std::vector<mtt::TokenizedText> texts = {
      mtt::TextEncoder(tokenizer, 0, "play: ").encode("some jazz")};
  const mtt::PackedBatch batch = mtt::make_batch(texts, {0}, kShape);  // [CLS] play : some jazz [SEP]
  CHECK(at::equal(batch.text, at::tensor({-1, -1, -1, 0, 0, -1}, at::kLong)));
  CHECK(at::equal(batch.word, at::tensor({-1, -1, -1, 0, 1, -1}, at::kLong)));
  CHECK(batch.prompt_lengths == std::vector<std::int64_t>{3});
}

TEST_CASE("a prompt's tokens stand before the text, whose places are those without it") {
  const mtt::Tokenizer tokenizer = bert_tokenizer(kVocabulary);
  const mtt::TokenizedText text = mtt::TextEncoder(tokenizer, 0, "play: ").encode("some jazz");
  CHECK(text.tokens.ids == std::vector<std::int32_t>{2, 5, 8, 6, 7, 3});
  CHECK(text.prompt == 3);  // [CLS] play :
  CHECK(text.tokens.first_subword == std::vector<std::uint8_t>{0, 0, 0, 1, 1, 0});
  CHECK(text.tokens.chars[1].end == 0);
  CHECK(text.tokens.chars[3].begin == 0);
  CHECK(text.tokens.chars[3].end == 4);
  CHECK(text.tokens.chars[4].begin == 5);
  CHECK(text.text == "some jazz");
}

TEST_CASE("tokens do not depend on the number of threads") {
  const mtt::Tokenizer tokenizer = bert_tokenizer(kVocabulary);
  const mtt::TextEncoder encoder(tokenizer, 0, "");
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) texts.push_back(std::string(i % 7, ' ') + (i % 3 ? "play jazz" : "some"));
  const auto one = mtt::tokenize(encoder, texts, 1), three = mtt::tokenize(encoder, texts, 3);
  REQUIRE(one.size() == 300);
  REQUIRE(three.size() == 300);
  for (std::size_t i = 0; i < 300; ++i) {
    CHECK(one[i].tokens.ids == encoder.encode(texts[i]).tokens.ids);
    CHECK(three[i].tokens.ids == one[i].tokens.ids);
    CHECK(three[i].text.data() == texts[i].data());
  }
}

TEST_CASE("a joint pair is one input, whose words and places are those of its two texts") {
  const mtt::Tokenizer tokenizer = bert_tokenizer(kVocabulary);
  const std::string text = "play jazz", second = "some jazzs";
  const std::vector<mtt::TokenizedText> texts = {
      mtt::TextEncoder(tokenizer, 0, "").encode_pair(text, second)};
  const mtt::PackedBatch batch =
      mtt::make_batch(texts, {0}, kShape);  // [CLS] play jazz [SEP] some jazz ##s [SEP]
  CHECK(batch.size() == 1);
  CHECK(at::equal(batch.type_ids, at::tensor({0, 0, 0, 0, 1, 1, 1, 1}, at::kLong)));
  CHECK(at::equal(batch.text, at::tensor({-1, 0, 0, -1, 1, 1, 1, -1}, at::kLong)));
  CHECK(at::equal(batch.word, at::tensor({-1, 0, 1, -1, 0, 1, 1, -1}, at::kLong)));
  CHECK(batch.chars[5].begin == 5);
  CHECK(batch.second_texts == std::vector<std::string_view>{second});
  CHECK(texts[0].is_pair());
  CHECK_FALSE(mtt::TextEncoder(tokenizer, 0, "").encode(text).is_pair());
  const mtt::TokenizedText empty = mtt::TextEncoder(tokenizer, 0, "").encode_pair(text, "");
  CHECK(empty.is_pair());
  CHECK(empty.length() == 5);
}
