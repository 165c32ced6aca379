#include "shown.h"
#include "text/byte_level.h"
#include "text/vocabulary_files.h"
#include "value/utf8.h"

using mtt::Value;

namespace {

/// The character by which a byte-level vocabulary writes a byte.
std::string written(int byte) {
  int next = 256;
  for (int b = 0; b <= byte; ++b) {
    const bool printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    const int character = printable ? b : next++;
    if (b != byte) continue;
    char text[4];
    return {text, static_cast<std::size_t>(mtt::write_code_point(static_cast<char32_t>(character), text))};
  }
  return "";
}

/// A byte-level tokenizer as RoBERTa has it, with a few merges.
Value tiny(bool space_before = false) {
  Value vocabulary{Value::Table{}};
  std::int64_t next = 0;
  for (const char* special : {"<s>", "</s>", "<mask>"}) vocabulary.set(special, next++);
  for (int byte = 0; byte < 256; ++byte) vocabulary.set(written(byte), next++);
  Value::Array merges;
  for (const auto& [left, right] : std::vector<std::pair<std::string, std::string>>{
           {"l", "o"}, {"lo", "w"}, {"Ġ", "low"}, {"e", "r"}, {"Ã", "©"}, {"Ġ", "Ġ"}}) {
    merges.emplace_back(left + " " + right);
    if (!vocabulary.find(left + right)) vocabulary.set(left + right, next++);
  }
  const Value mask(Value::Table{{"id", 2},
                                {"content", "<mask>"},
                                {"single_word", false},
                                {"lstrip", true},
                                {"rstrip", false},
                                {"normalized", false},
                                {"special", true}});
  return Value::Table{
      {"version", "1.0"},
      {"added_tokens", Value::Array{mask}},
      {"normalizer", Value()},
      {"pre_tokenizer",
       Value::Table{{"type", "ByteLevel"}, {"add_prefix_space", space_before}, {"trim_offsets", true}}},
      {"post_processor", Value::Table{{"type", "RobertaProcessing"},
                                      {"sep", Value::Array{"</s>", 1}},
                                      {"cls", Value::Array{"<s>", 0}},
                                      {"trim_offsets", true},
                                      {"add_prefix_space", space_before}}},
      {"decoder", Value()},
      {"model", Value::Table{{"type", "BPE"},
                             {"dropout", Value()},
                             {"unk_token", Value()},
                             {"continuing_subword_prefix", ""},
                             {"end_of_word_suffix", ""},
                             {"fuse_unk", false},
                             {"vocab", std::move(vocabulary)},
                             {"merges", std::move(merges)}}}};
}

}  // namespace

TEST_CASE("byte pairs: merges by rank, GPT-2's words, and characters without the spaces before them") {
  const auto t = mtt::Tokenizer::from_json(tiny());
  CHECK(shown(t, "low lower  slow") ==
        "<s>(0,0) low(0,3) Ġlow(4,7) er(7,9) Ġ(10,10) Ġ(11,11) s(11,12) low(12,15) </s>(0,0) ");
  CHECK(shown(t, "it's café") ==
        "<s>(0,0) i(0,1) t(1,2) '(2,3) s(3,4) Ġ(5,5) c(5,6) a(6,7) f(7,8) Ã©(8,9) </s>(0,0) ");
  CHECK(shown(t, "a   b\n") == "<s>(0,0) a(0,1) ĠĠ(3,3) Ġ(4,4) b(4,5) Ċ(5,6) </s>(0,0) ");
  CHECK(shown(t, "x <mask>y") == "<s>(0,0) x(0,1) <mask>(2,8) y(8,9) </s>(0,0) ");
  CHECK(shown(t, "12th don't!!'s") ==
        "<s>(0,0) 1(0,1) 2(1,2) t(2,3) h(3,4) Ġ(5,5) d(5,6) o(6,7) n(7,8) '(8,9) t(9,10) !(10,11) !(11,12) "
        "'(12,13) s(13,14) </s>(0,0) ");
  CHECK(shown(t, "") == "<s>(0,0) </s>(0,0) ");
}

TEST_CASE("byte pairs: a space that is put before the text has no characters") {
  const auto t = mtt::Tokenizer::from_json(tiny(true));
  CHECK(shown(t, "low low") == "<s>(0,0) Ġlow(0,3) Ġlow(4,7) </s>(0,0) ");
  CHECK(shown(t, " low") == "<s>(0,0) Ġlow(0,4) </s>(0,0) ");
}

TEST_CASE("byte pairs: pairs of texts, each with a space before it") {
  const auto t = mtt::Tokenizer::from_json(tiny());
  CHECK(shown_pair(t, "low lower", "café  low") ==
        "<s>(0,0)0/- low(0,3)0/0 Ġlow(4,7)0/0 er(7,9)0/0 </s>(0,0)0/- </s>(0,0)0/- c(0,1)0/1 a(1,2)0/1 "
        "f(2,3)0/1 Ã©(3,4)0/1 Ġ(5,5)0/1 Ġlow(6,9)0/1 </s>(0,0)0/- ");
  CHECK(shown_pair(t, "low", "") == "<s>(0,0)0/- low(0,3)0/0 </s>(0,0)0/- </s>(0,0)0/- </s>(0,0)0/- ");
  CHECK(shown_pair(t, "low low low", "low <mask> low", 8) ==
        "<s>(0,0)0/- low(0,3)0/0 Ġlow(4,7)0/0 </s>(0,0)0/- </s>(0,0)0/- low(0,3)0/1 <mask>(4,10)0/1 "
        "</s>(0,0)0/- ");
  CHECK_THROWS_WITH(shown_pair(t, "low", "low", 3), Contains("no room for the 4 special tokens"));
  const auto spaced = mtt::Tokenizer::from_json(tiny(true));
  CHECK(shown_pair(spaced, "low", "low low") ==
        "<s>(0,0)0/- Ġlow(0,3)0/0 </s>(0,0)0/- </s>(0,0)0/- Ġlow(0,3)0/1 Ġlow(4,7)0/1 </s>(0,0)0/- ");
  Value json = tiny(true);
  json.set("post_processor",
           Value(Value::Table{{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}}));
  CHECK(shown_pair(mtt::Tokenizer::from_json(json), "low lower", "a low") ==
        "Ġlow(0,3)0/0 Ġlow(4,7)0/0 er(7,9)0/0 Ġ(0,0)1/1 a(0,1)1/1 Ġlow(2,5)1/1 ");
}

TEST_CASE("byte pairs: the first token that is left keeps its space, as in the reference") {
  const auto t = mtt::Tokenizer::from_json(tiny(true), {.truncates_left = true});
  CHECK(shown_pair(t, "low low low", "x low <mask>", 7) ==
        "<s>(0,0)0/- Ġlow(7,11)0/0 </s>(0,0)0/- </s>(0,0)0/- Ġlow(1,5)0/1 <mask>(6,12)0/1 </s>(0,0)0/- ");
  CHECK(shown_pair(t, "low low low", "x low <mask>", 5) ==
        "<s>(0,0)0/- </s>(0,0)0/- </s>(0,0)0/- <mask>(5,12)0/1 </s>(0,0)0/- ");
  mtt::Tokens tokens;
  t.encode("low  low low", 5, tokens);
  CHECK(tokens.truncated == 1);
  const std::pair<int, int> expected[] = {{0, 0}, {3, 3}, {5, 8}, {9, 12}, {0, 0}};
  REQUIRE(tokens.chars.size() == std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i)
    CHECK(std::pair(tokens.chars[i].begin, tokens.chars[i].end) ==
          std::pair<std::int32_t, std::int32_t>(expected[i]));
}

TEST_CASE("byte pairs: where every byte is a token, no character is unknown") {
  Value json = tiny();
  const auto plain = mtt::Tokenizer::from_json(json);
  for (const char* key : {"byte_fallback", "fuse_unk"}) json.find("model")->set(key, true);
  const auto t = mtt::Tokenizer::from_json(json);
  CHECK(shown(t, "low 中é") == shown(plain, "low 中é"));
}

TEST_CASE("byte pairs: every byte goes round") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    const auto bytes = mtt::bytes_of_token(written(byte));
    REQUIRE(bytes);
    CHECK(*bytes == std::string(1, static_cast<char>(byte)));
  }
  CHECK(mtt::bytes_of_token("Ġthe") == " the");
  CHECK_FALSE(mtt::bytes_of_token("中"));
  CHECK_FALSE(mtt::bytes_of_token("a b"));
}

TEST_CASE("byte pairs: a long word takes little more than linear time") {
  const auto t = mtt::Tokenizer::from_json(tiny());
  std::string word;
  for (int i = 0; i < 200'000; ++i) word += "lower"[i % 5];
  mtt::Tokens tokens;
  t.encode(word, 0, tokens);
  CHECK(tokens.ids.size() == 2 + 2 * 40'000);
}

TEST_CASE("byte pairs: what is not reproduced exactly is refused") {
  refused(tiny(), "model.dropout", 0.1, "dropout 0.1");
  refused(tiny(), "model.end_of_word_suffix", "</w>", "end_of_word_suffix");
  refused(tiny(), "model.merges", Value::Array{"l"}, "has not two parts");
  refused(tiny(), "model.merges", Value::Array{Value(Value::Array{"l"})}, "a merge has 1 parts; expected 2");
  refused(tiny(), "model.merges", Value::Array{"l z"},
          "the token \"lz\" of a merge is not in the vocabulary");
  refused(tiny(), "model.vocab", Value(Value::Table{{"a", 0}}), "has no token for the byte 0");
  refused(tiny(), "model.type", "Unigram", "a Unigram model after a ByteLevel pre-tokenizer");
  refused(tiny(), "pre_tokenizer.use_regex", false, "without its pattern");
  refused(tiny(), "pre_tokenizer", Value(Value::Table{{"type", "BertPreTokenizer"}}),
          "trim_offsets is not supported for the token \"Ġ\"");
  refused(tiny(), "post_processor.cls", Value(Value::Array{"<s>", 7}), "in the vocabulary it has the id 0");
}

TEST_CASE("byte pairs: vocab.json and merges.txt are the model") {
  Value json = tiny();
  const auto whole = mtt::Tokenizer::from_json(json);
  const auto read = [&](const Value& vocabulary, const std::string& merges) {
    json.set("model", mtt::byte_pair_model(vocabulary, merges, "merges.txt"));
    return mtt::Tokenizer::from_json(json);
  };
  const Value vocabulary = json.at("model").at("vocab");
  const auto t = read(vocabulary, "#version: 0.2\nl o\nlo w\r\nĠ low\ne r\nÃ ©\nĠ Ġ\n\n");
  for (const char* text : {"low lower  slow", "it's café", "a   b\n", ""})
    CHECK(shown(t, text) == shown(whole, text));
  CHECK_THROWS_WITH(read(vocabulary, "l o\nlo"), Contains("merges.txt:2:1: the merge \"lo\""));
  CHECK_THROWS_WITH(read(vocabulary, "l \xff"), Contains("merges.txt is not valid UTF-8"));
}

TEST_CASE("NFC composes what NFD takes apart, and keeps the base's characters") {
  Value json = tiny();
  json.set("normalizer", Value(Value::Table{{"type", "NFC"}}));
  const auto t = mtt::Tokenizer::from_json(json);
  CHECK(shown(t, "cafe\u0301!") == "<s>(0,0) c(0,1) a(1,2) f(2,3) Ã©(3,4) !(5,6) </s>(0,0) ");
  CHECK(shown(t, "e\u0301") == shown(t, "\u00e9"));
  // dot below before circumflex, whatever the order; a mark that is blocked stays
  const auto ids = [&](const char* text) {
    mtt::Tokens tokens;
    t.encode(text, 0, tokens);
    return tokens.ids;
  };
  CHECK(ids("a\u0302\u0323") == ids("\u1ead"));
  CHECK(ids("a\u0315\u0300") == ids("\u00e0\u0315"));
  CHECK(ids("\u1100\u1161\u11a8") == ids("\uac01"));
  CHECK(ids("\u212b") == ids("\u00c5"));
  CHECK(ids("\u0344") == ids("\u0308\u0301"));
}
