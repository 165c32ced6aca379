#include "text/unigram.h"

#include <algorithm>
#include <cmath>

#include "shown.h"

using mtt::Value;

namespace {

Value component(const char* type) { return Value::Table{{"type", type}}; }

Value sequence(const char* key, Value::Array parts) {
  return Value::Table{{"type", "Sequence"}, {key, std::move(parts)}};
}

Value metaspace(const char* scheme, bool split = true) {
  return Value::Table{
      {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", scheme}, {"split", split}};
}

Value special(const char* token, int id) {
  return Value::Table{{"id", token}, {"ids", Value::Array{id}}, {"tokens", Value::Array{token}}};
}

Value piece(const char* kind, const char* id) {
  return Value::Table{{kind, Value::Table{{"id", id}, {"type_id", 0}}}};
}

/// A tokenizer as XLM-RoBERTa has it, with a few tokens and `more` of them.
Value tiny(const std::vector<std::pair<std::string, double>>& more = {}) {
  Value::Array vocabulary;
  const auto add = [&](const std::string& token, double score) {
    vocabulary.emplace_back(Value::Array{token, score});
  };
  for (const char* token : {"<s>", "<pad>", "</s>", "<unk>"}) add(token, 0.0);
  for (const auto& [token, score] : std::vector<std::pair<std::string, double>>{{"▁", -2.0},
                                                                                {"▁hello", -6.0},
                                                                                {"▁he", -4.0},
                                                                                {"llo", -4.5},
                                                                                {"l", -5.0},
                                                                                {"o", -5.0},
                                                                                {"▁wor", -5.5},
                                                                                {"ld", -5.0},
                                                                                {"a", -3.0},
                                                                                {"aa", -3.5},
                                                                                {"aaa", -7.1},
                                                                                {"b", -3.0},
                                                                                {"é", -4.0}})
    add(token, score);
  for (const auto& [token, score] : more) add(token, score);
  const auto mask_id = static_cast<std::int64_t>(vocabulary.size());
  add("<mask>", 0.0);
  const Value mask(Value::Table{{"id", mask_id},
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
       sequence(
           "pretokenizers",
           {component("WhitespaceSplit"),
            Value(Value::Table{{"type", "Metaspace"}, {"replacement", "▁"}, {"add_prefix_space", true}})})},
      {"post_processor",
       Value::Table{
           {"type", "TemplateProcessing"},
           {"single", Value::Array{piece("SpecialToken", "<s>"), piece("Sequence", "A"),
                                   piece("SpecialToken", "</s>")}},
           {"special_tokens", Value::Table{{"<s>", special("<s>", 0)}, {"</s>", special("</s>", 2)}}}}},
      {"decoder", Value()},
      {"model", Value::Table{{"type", "Unigram"}, {"unk_id", 3}, {"vocab", std::move(vocabulary)}}}};
}

Value with(Value json, const char* key, Value value) {
  json.set(key, std::move(value));
  return json;
}

std::string shown_by(const Value& json, const std::string& text) {
  return shown(mtt::Tokenizer::from_json(json), text);
}

}  // namespace

// The answers are those of Hugging Face tokenizers 0.23.3.

TEST_CASE("unigram: the most probable tokens, and unknown characters together") {
  const auto t = mtt::Tokenizer::from_json(tiny());
  CHECK(shown(t, "hello  world") == "<s>(0,0) ▁hello(0,5) ▁wor(7,10) ld(10,12) </s>(0,0) ");
  CHECK(shown(t, "hellohe") == "<s>(0,0) ▁hello(0,5) <unk>(5,7) </s>(0,0) ");
  CHECK(shown(t, "aaaa aaaaa") ==
        "<s>(0,0) ▁(0,1) aa(0,2) aa(2,4) ▁(5,6) a(5,6) aa(6,8) aa(8,10) </s>(0,0) ");
  CHECK(shown(t, "xyz lxé") == "<s>(0,0) ▁(0,1) <unk>(0,3) ▁(4,5) l(4,5) <unk>(5,6) é(6,7) </s>(0,0) ");
  CHECK(shown(t, "a <mask>b") == "<s>(0,0) ▁(0,1) a(0,1) <mask>(1,8) ▁(8,9) b(8,9) </s>(0,0) ");
  CHECK(shown(t, "hello▁he▁▁a") == "<s>(0,0) ▁hello(0,5) ▁he(5,8) ▁(8,9) ▁(9,10) a(10,11) </s>(0,0) ");
  CHECK(shown(t, "\u3000a") == "<s>(0,0) ▁(1,2) a(1,2) </s>(0,0) ");
  CHECK(shown(t, "  ") == "<s>(0,0) </s>(0,0) ");
  CHECK(shown(t, "") == "<s>(0,0) </s>(0,0) ");
  mtt::Tokens tokens;
  t.encode("xyz lxé", 0, tokens);
  CHECK(tokens.first_subword == std::vector<std::uint8_t>{0, 1, 0, 1, 0, 0, 0, 0});
  t.encode("xyz lxé", 5, tokens);
  CHECK(tokens.ids == std::vector<std::int32_t>{0, 4, 3, 4, 2});
  CHECK(tokens.truncated == 3);
}

TEST_CASE("unigram: the last bit of a score, as the reference reads it, decides between equals") {
  // The three scores add up to the same in either order, until they are read as digits / 10^n.
  const Value json =
      tiny({{"▁❤", -12.770163536071777}, {"-", -5.404437065124512}, {"----", -13.457259178161621}});
  CHECK(shown(mtt::Tokenizer::from_json(json), "❤-----") == "<s>(0,0) ▁❤(0,1) ----(1,5) -(5,6) </s>(0,0) ");
  CHECK(shown(mtt::Tokenizer::from_json(json, {.exact_scores = true}), "❤-----") ==
        "<s>(0,0) ▁❤(0,1) -(1,2) ----(2,6) </s>(0,0) ");
}

TEST_CASE("unigram: where Metaspace puts its character, and whether words begin at it") {
  const auto shows = [](const char* scheme, bool split, const std::string& text) {
    return shown_by(with(tiny(), "pre_tokenizer", metaspace(scheme, split)), text);
  };
  CHECK(shows("always", true, "a<mask>hello") ==
        "<s>(0,0) ▁(0,1) a(0,1) <mask>(1,7) ▁hello(7,12) </s>(0,0) ");
  CHECK(shows("first", true, "a<mask>hello") ==
        "<s>(0,0) ▁(0,1) a(0,1) <mask>(1,7) <unk>(7,9) llo(9,12) </s>(0,0) ");
  CHECK(shows("never", true, "a<mask>hello") ==
        "<s>(0,0) a(0,1) <mask>(1,7) <unk>(7,9) llo(9,12) </s>(0,0) ");
  CHECK(shows("first", true, "  a ") == "<s>(0,0) ▁(0,1) ▁(1,2) a(2,3) ▁(3,4) </s>(0,0) ");
  CHECK(shows("always", false, "▁a") == "<s>(0,0) ▁(0,1) a(1,2) </s>(0,0) ");
  const auto words = [](bool split) {
    const auto t = mtt::Tokenizer::from_json(with(tiny(), "pre_tokenizer", metaspace("always", split)));
    mtt::Tokens tokens;
    t.encode("hello  world", 0, tokens);
    return tokens.first_subword;
  };
  CHECK(words(true) == std::vector<std::uint8_t>{0, 1, 1, 1, 0, 0});
  CHECK(words(false) == std::vector<std::uint8_t>{0, 1, 0, 0, 0, 0});
}

TEST_CASE("unigram: byte fallback takes all bytes or none") {
  Value json = tiny({{"<0xE4>", -9.0}, {"<0xB8>", -9.0}, {"<0xAD>", -9.0}, {"<0x78>", -9.0}});
  json.find("model")->set("byte_fallback", true);
  CHECK(shown_by(json, "中a") == "<s>(0,0) ▁(0,1) <0xE4>(0,1) <0xB8>(0,1) <0xAD>(0,1) a(1,2) </s>(0,0) ");
  CHECK(shown_by(json, "x中 y") ==
        "<s>(0,0) ▁(0,1) <0x78>(0,2) <0xE4>(0,2) <0xB8>(0,2) <0xAD>(0,2) ▁(3,4) <unk>(3,4) </s>(0,0) ");
  mtt::Tokens tokens;
  mtt::Tokenizer::from_json(json).encode("x中 y", 0, tokens);
  CHECK(tokens.first_subword == std::vector<std::uint8_t>{0, 1, 0, 0, 0, 0, 1, 0, 0});
}

TEST_CASE("unigram: no segmentation of a word is more probable than the one that is found") {
  const std::vector<std::pair<std::string, double>> tokens = {
      {"?", 0.0},    {"a", -2.5},    {"b", -1.75},  {"ab", -4.125}, {"ba", -3.5},
      {"aab", -6.0}, {"bb", -3.375}, {"bab", -5.5}, {"aa", -5.0},   {"abba", -7.5}};
  std::vector<mtt::VocabularyEntry> entries;
  std::vector<double> scores;
  for (const auto& [token, score] : tokens) {
    entries.push_back({token, static_cast<std::int32_t>(entries.size())});
    scores.push_back(score);
  }
  const mtt::Unigram model(entries, scores, 0, false);
  for (int length = 1; length <= 10; ++length) {
    for (int bits = 0; bits < 1 << length; ++bits) {
      std::string word;
      for (int i = 0; i < length; ++i) word += bits >> i & 1 ? 'a' : 'b';
      std::vector<double> best(word.size() + 1, -1e9);
      best[0] = 0.0;
      for (std::size_t i = 0; i < word.size(); ++i)
        for (std::size_t k = 1; k < tokens.size(); ++k)
          if (word.compare(i, tokens[k].first.size(), tokens[k].first) == 0)
            best[i + tokens[k].first.size()] =
                std::max(best[i + tokens[k].first.size()], best[i] + tokens[k].second);
      std::vector<mtt::SubWord> found;
      model.tokenize(word, word.size(), found);
      double score = 0.0;
      std::string together;
      for (const mtt::SubWord& p : found) {
        score += scores[static_cast<std::size_t>(p.id)];
        together += entries[static_cast<std::size_t>(p.id)].token;
      }
      REQUIRE(together == word);
      REQUIRE(score == best.back());
    }
  }
}

TEST_CASE("unigram: a long word takes linear time") {
  Value json = with(tiny(), "pre_tokenizer", Value());
  mtt::Tokens tokens;
  const auto t = mtt::Tokenizer::from_json(json);
  t.encode(std::string(2'000'000, 'a'), 0, tokens);
  CHECK(tokens.ids.size() == 2 + 1'000'000);
  t.encode(std::string(2'000'000, 'x'), 0, tokens);
  CHECK(tokens.ids.size() == 3);
}

TEST_CASE("unigram: what is not reproduced exactly is refused") {
  refused(tiny(), "model.unk_id", Value(), "without unk_id");
  refused(tiny(), "model.unk_id", 18, "unk_id is 18; the vocabulary has 18 tokens");
  refused(tiny(), "model.unk_id", -1, "the token id -1 is out of range");
  refused(tiny(), "model.vocab", Value::Array{}, "the vocabulary has 0 tokens");
  refused(tiny(), "model.vocab", Value::Array{Value(Value::Array{"a"})},
          "1 parts; expected a token and its score");
  refused(tiny(), "model.vocab", Value::Array{Value(Value::Array{"a", "b"})}, "string");
  refused(tiny(), "model.vocab", Value(Value::Table{{"a", 0}}), "table");
  refused(tiny(), "model.vocab", Value::Array{Value(Value::Array{"a", std::nan("")})},
          "the score of a token is not finite");
  refused(tiny(), "model.vocab", Value::Array{Value(Value::Array{"a", -1e308 * 10})},
          "the score of a token is not finite");
  refused(tiny(), "pre_tokenizer", metaspace("sometimes"), "prepend_scheme \"sometimes\" is unknown");
  refused(tiny(), "pre_tokenizer",
          Value(Value::Table{{"type", "Metaspace"}, {"replacement", "▁"}, {"add_prefix_space", false}}),
          "contradicts the prepend_scheme 'always'");
  refused(tiny(), "pre_tokenizer", Value(Value::Table{{"type", "Metaspace"}, {"replacement", "__"}}),
          "expected one character");
  refused(tiny(), "pre_tokenizer", component("UnicodeScripts"), "'UnicodeScripts' is not supported");
  refused(tiny(), "pre_tokenizer",
          sequence("pretokenizers", {Value(Value::Table{{"type", "ByteLevel"}, {"add_prefix_space", true}}),
                                     metaspace("always")}),
          "a pre-tokenizer after ByteLevel");
  refused(
      tiny(), "post_processor",
      Value(Value::Table{{"type", "RobertaProcessing"}, {"trim_offsets", true}, {"add_prefix_space", true}}),
      "trim_offsets with a Unigram model");
}
