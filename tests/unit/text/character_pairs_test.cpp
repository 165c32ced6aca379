#include "text/character_pairs.h"

#include <algorithm>
#include <cstdio>

#include "shown.h"

using mtt::Value;

namespace {

Value table(std::initializer_list<Value::Entry> entries) { return Value(Value::Table(entries)); }

Value ids_of(const std::vector<std::string>& tokens) {
  Value::Table ids;
  for (const std::string& token : tokens) ids.push_back({token, static_cast<std::int64_t>(ids.size())});
  return Value(std::move(ids));
}

Value added(const char* token, int id, std::initializer_list<const char*> flags = {"special"}) {
  Value entry = table({{"id", id}, {"content", token}});
  for (const char* flag : {"single_word", "lstrip", "rstrip", "normalized", "special"})
    entry.set(flag, std::find(flags.begin(), flags.end(), std::string_view(flag)) != flags.end());
  return entry;
}

Value item(const char* kind, const char* id, int type_id) {
  return table({{kind, table({{"id", id}, {"type_id", type_id}})}});
}

Value replace_spaces() {
  return table({{"type", "Replace"}, {"pattern", table({{"String", " "}})}, {"content", "▁"}});
}

Value metaspace(const char* scheme, bool split) {
  return table({{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", scheme}, {"split", split}});
}

/// A vocabulary as Llama 2 has it, with a few merges.
Value model() {
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  for (int byte = 0; byte < 256; ++byte) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", byte);
    tokens.emplace_back(name);
  }
  for (const char* token :
       {"▁", "l", "o", "w", "e", "r", "é", "▁▁", "lo", "low", "▁low", "er", "▁lo", "we", "▁l"})
    tokens.emplace_back(token);
  const auto pair = [](const char* left, const char* right) { return Value(Value::Array{left, right}); };
  return table({{"type", "BPE"},
                {"dropout", Value()},
                {"unk_token", "<unk>"},
                {"fuse_unk", true},
                {"byte_fallback", true},
                {"ignore_merges", false},
                {"vocab", ids_of(tokens)},
                {"merges", Value::Array{"l o", "lo w", pair("▁", "low"), pair("e", "r"), "▁ lo", "▁ ▁", "w e",
                                        "▁ l"}}});
}

Value llama() {
  const Value prepend = table({{"type", "Prepend"}, {"prepend", "▁"}});
  const Value bos = item("SpecialToken", "<s>", 0), first = item("Sequence", "A", 0);
  return table(
      {{"version", "1.0"},
       {"added_tokens", Value::Array{added("<unk>", 0), added("<s>", 1), added("</s>", 2)}},
       {"normalizer",
        table({{"type", "Sequence"}, {"normalizers", Value::Array{prepend, replace_spaces()}}})},
       {"pre_tokenizer", Value()},
       {"post_processor",
        table({{"type", "TemplateProcessing"},
               {"single", Value::Array{bos, first}},
               {"pair", Value::Array{bos, first, item("SpecialToken", "<s>", 1), item("Sequence", "B", 1)}},
               {"special_tokens", table({{"<s>", table({{"id", "<s>"},
                                                        {"ids", Value::Array{1}},
                                                        {"tokens", Value::Array{"<s>"}}})}})}})},
       {"model", model()}});
}

Value with(Value json, const char* key, Value value) {
  json.set(key, std::move(value));
  return json;
}

/// A model alone, in which only some bytes have a token.
mtt::Tokenizer few_bytes(const Value& unknown, bool joins, bool falls_back = true) {
  return mtt::Tokenizer::from_json(
      table({{"model", table({{"type", "BPE"},
                              {"unk_token", unknown},
                              {"fuse_unk", joins},
                              {"byte_fallback", falls_back},
                              {"vocab", ids_of({"<unk>", "a", "b", "ab", "é", "<0xE4>", "<0xB8>", "<0xAD>",
                                                "<0xE4><0xB8>"})},
                              {"merges", Value::Array{"a b", "<0xE4> <0xB8>"}}})}}));
}

}  // namespace

// The answers are those of Hugging Face tokenizers 0.23.3.

TEST_CASE("Llama: the text is one word of characters, and unknown ones are their bytes") {
  const auto t = mtt::Tokenizer::from_json(llama());
  CHECK(shown(t, "low lower  slow") ==
        "<s>(0,0) ▁low(0,3) ▁low(3,7) er(7,9) ▁▁(9,11) <0x73>(11,12) low(12,15) ");
  CHECK(shown(t, "中é😀") ==
        "<s>(0,0) ▁(0,1) <0xE4>(0,1) <0xB8>(0,1) <0xAD>(0,1) é(1,2) <0xF0>(2,3) <0x9F>(2,3) <0x98>(2,3) "
        "<0x80>(2,3) ");
  CHECK(shown(t, "") == "<s>(0,0) ");
  CHECK(shown(t, "  ") == "<s>(0,0) ▁▁(0,1) ▁(1,2) ");
  CHECK(shown(t, "low</s>low <s> low") ==
        "<s>(0,0) ▁low(0,3) </s>(3,7) ▁low(7,10) ▁(10,11) <s>(11,14) ▁(14,15) ▁low(14,18) ");
  CHECK(shown(t, "lo\nw") == "<s>(0,0) ▁lo(0,2) <0x0A>(2,3) w(3,4) ");
}

TEST_CASE("Llama: pairs of texts") {
  const auto t = mtt::Tokenizer::from_json(llama());
  CHECK(shown_pair(t, "low lo", "中 w") ==
        "<s>(0,0)0/- ▁low(0,3)0/0 ▁lo(3,6)0/0 <s>(0,0)1/- ▁(0,1)1/1 <0xE4>(0,1)1/1 <0xB8>(0,1)1/1 "
        "<0xAD>(0,1)1/1 ▁(1,2)1/1 w(2,3)1/1 ");
  CHECK(shown_pair(t, "", "low") == "<s>(0,0)0/- <s>(0,0)1/- ▁low(0,3)1/1 ");
}

TEST_CASE("Llama: an added token is looked for as the normalizer writes it, if it asks to be") {
  const auto t = mtt::Tokenizer::from_json(with(
      llama(), "added_tokens",
      Value::Array{added("<unk>", 0), added("<s>", 1, {"special", "normalized"}),
                   added("</s>", 2, {"special", "lstrip", "rstrip"}), added("low", 268, {"normalized"})}));
  CHECK(shown(t, "<s>low low") == "<s>(0,0) <s>(0,3) low(3,6) low(6,10) ");
  CHECK(shown(t, "a <s> lowe </s> low") ==
        "<s>(0,0) ▁(0,1) <0x61>(0,1) <s>(1,5) low(5,9) e(9,10) </s>(10,16) low(16,19) ");
}

TEST_CASE("Gemma: nothing is put before the text, and added tokens may be ordinary text") {
  Value json = with(llama(), "normalizer", replace_spaces());
  json.set("pre_tokenizer", table({{"type", "Split"},
                                   {"pattern", table({{"String", " "}})},
                                   {"behavior", "MergedWithPrevious"},
                                   {"invert", false}}));
  json.set("added_tokens", Value::Array{added("<unk>", 0), added("<s>", 1), added("</s>", 2),
                                        added("▁▁", 266, {}), added("ro", 274, {})});
  const auto t = mtt::Tokenizer::from_json(json);
  CHECK(shown(t, "low lower  slow") ==
        "<s>(0,0) low(0,3) ▁low(3,7) er(7,9) ▁▁(9,11) <0x73>(11,12) low(12,15) ");
  CHECK(shown(t, "ro  lo") == "<s>(0,0) ro(0,2) ▁(2,3) ▁lo(3,6) ");
  CHECK(shown(t, "low▁▁rolow") == "<s>(0,0) low(0,3) ▁▁(3,5) ro(5,7) low(7,10) ");
}

TEST_CASE("Metaspace before characters: where its character stands before a text") {
  const std::string last = "</s>(7,11) w(11,12) er(12,14) ▁(14,15) <0x78>(15,16) ";
  const std::string spaced = "</s>(7,11) ▁(11,12) w(11,12) er(12,14) ▁(14,15) <0x78>(15,16) ";
  for (const bool split : {false, true}) {
    const auto answer = [&](const char* scheme) {
      Value json = with(llama(), "normalizer", Value());
      json.set("pre_tokenizer", metaspace(scheme, split));
      return shown(mtt::Tokenizer::from_json(json), "low  lo</s>wer x");
    };
    CHECK(answer("always") == "<s>(0,0) ▁low(0,3) ▁(3,4) ▁lo(4,7) " + spaced);
    CHECK(answer("first") == "<s>(0,0) ▁low(0,3) ▁(3,4) ▁lo(4,7) " + last);
    CHECK(answer("never") == "<s>(0,0) low(0,3) ▁(3,4) ▁lo(4,7) " + last);
  }
}

TEST_CASE("an unknown character is its bytes only if all of them are tokens") {
  CHECK(shown(few_bytes("<unk>", true), "abéx中") ==
        "ab(0,2) é(2,3) <0xE4><0xB8>(3,5) <0xAD>(4,5) <unk>(4,5) ");
  CHECK(shown(few_bytes("<unk>", false), "xx中b") ==
        "<unk>(0,1) <0xE4><0xB8>(1,3) <0xAD>(2,3) <unk>(2,3) b(3,4) ");
  CHECK(shown(few_bytes("<unk>", true), "中中xé😀中ab") ==
        "<0xE4><0xB8>(0,1) <0xAD>(0,1) <0xE4><0xB8>(1,2) <0xAD>(1,2) <unk>(2,3) é(3,4) <0xE4><0xB8>(4,5) "
        "<0xAD>(4,5) <unk>(4,6) ab(6,8) ");
  CHECK(shown(few_bytes("<unk>", true, false), "xx中b") == "<unk>(0,3) b(3,4) ");
  CHECK(shown(few_bytes("<unk>", false), "xx") == "<unk>(0,1) <unk>(1,2) ");
}

TEST_CASE("without an unknown token, an unknown character is left out") {
  CHECK(shown(few_bytes(Value(), true), "xx中b") == "<0xE4><0xB8>(0,2) <0xAD>(2,3) b(2,3) ");
  CHECK(shown(few_bytes(Value(), true), "中中xé😀中ab") ==
        "<0xE4><0xB8>(0,1) <0xAD>(0,1) <0xE4><0xB8>(1,2) <0xAD>(1,2) é(2,4) <0xE4><0xB8>(3,5) <0xAD>(4,5) "
        "ab(4,5) ");
  CHECK(shown(few_bytes(Value(), true), "xx") == "");
}

TEST_CASE("ignore_merges: a word that is a token is taken as it is") {
  const Value vocabulary = ids_of({"<unk>", "a", "b", "c", "cb"});
  for (const bool ignores : {false, true}) {
    const auto t = mtt::Tokenizer::from_json(table({{"model", table({{"type", "BPE"},
                                                                     {"unk_token", "<unk>"},
                                                                     {"ignore_merges", ignores},
                                                                     {"vocab", vocabulary},
                                                                     {"merges", Value::Array{}}})}}));
    CHECK(shown(t, "cb") == (ignores ? "cb(0,2) " : "c(0,1) b(1,2) "));
    CHECK(shown(t, "cbc") == "c(0,1) b(1,2) c(2,3) ");
  }
}

TEST_CASE("a long text without spaces takes little more than linear time") {
  const auto t = mtt::Tokenizer::from_json(llama());
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "lower"[i % 5];
  mtt::Tokens tokens;
  t.encode(text, 0, tokens);
  CHECK(tokens.ids.size() == 1 + 2 * 200'000);
}

TEST_CASE("character pairs: what is not reproduced exactly is refused") {
  refused(llama(), "model.unk_token", "<none>", "the unknown token \"<none>\" is not in the vocabulary");
  refused(llama(), "model.dropout", 0.1, "dropout 0.1 of a BPE model is not supported");
  refused(llama(), "model.end_of_word_suffix", "</w>", "end_of_word_suffix \"</w>\"");
  refused(llama(), "model.continuing_subword_prefix", "##", "continuing_subword_prefix \"##\"");
  refused(llama(), "model.merges", Value::Array{"l z"},
          "the token \"z\" of a merge is not in the vocabulary");
  refused(llama(), "normalizer", table({{"type", "Prepend"}, {"prepend", ""}}),
          "the text of a Prepend is empty");
  Value split = table({{"type", "Split"}, {"behavior", "Isolated"}, {"invert", false}});
  refused(llama(), "pre_tokenizer", with(split, "pattern", table({{"Regex", " ?a"}})),
          "a Split by the regular expression \" ?a\" is not supported");
  refused(llama(), "pre_tokenizer", with(split, "pattern", table({{"String", ""}})),
          "the pattern of a Split is empty");
  split.set("pattern", table({{"String", " "}}));
  refused(llama(), "pre_tokenizer", with(split, "behavior", "Joined"),
          "the behavior \"Joined\" of a Split is unknown");
}
