#include "text/tokenizer.h"

#include "bert_tokenizer.h"
#include "io/file.h"
#include "shown.h"
#include "value/json.h"

namespace {

const char kVocabulary[] =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nworld\n##ly\nun\n##want\n##ed\n,\n!\ncafe\n中\n";

mtt::Tokenizer tiny(bool lowercase = true) { return bert_tokenizer(kVocabulary, lowercase); }

mtt::Tokens encode(const mtt::Tokenizer& tokenizer, const std::string& text, std::int64_t max = 0) {
  mtt::Tokens tokens;
  tokenizer.encode(text, max, tokens);
  return tokens;
}

/// A tokenizer.json with one part replaced.
std::string json_with(const std::string& part, const std::string& replacement) {
  std::string text = R"({"version":"1.0","truncation":null,"padding":null,
"added_tokens":[{"id":4,"content":"[MASK]","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true}],
"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
"pre_tokenizer":{"type":"BertPreTokenizer"},
"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],"pair":[],
"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
"decoder":null,
"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"hello":5,"##lo":6}}})";
  if (part.empty()) return text;
  const auto at = text.find(part);
  if (at == std::string::npos) throw std::runtime_error(part);
  return text.replace(at, part.size(), replacement);
}

mtt::Tokenizer from_json(const std::string& text) {
  return mtt::Tokenizer::from_json(mtt::parse_json(text, "t.json"));
}

}  // namespace

TEST_CASE("words, sub-words and offsets into the original text") {
  const auto t = tiny();
  CHECK(shown(t, "Hello,  WORLDly!") ==
        "[CLS](0,0) hello(0,5) ,(5,6) world(8,13) ##ly(13,15) !(15,16) [SEP](0,0) ");
  CHECK(shown(t, "unwanted") == "[CLS](0,0) un(0,2) ##want(2,6) ##ed(6,8) [SEP](0,0) ");
  CHECK(shown(t, "Cafe\u0301 CAF\u00c9") == "[CLS](0,0) cafe(0,4) cafe(6,10) [SEP](0,0) ");
  CHECK(shown(t, "x") == "[CLS](0,0) [UNK](0,1) [SEP](0,0) ");
  CHECK(shown(t, "hello中hello") == "[CLS](0,0) hello(0,5) 中(5,6) hello(6,11) [SEP](0,0) ");
  CHECK(shown(t, "hello[MASK]world") == "[CLS](0,0) hello(0,5) [MASK](5,11) world(11,16) [SEP](0,0) ");
  CHECK(shown(t, "") == "[CLS](0,0) [SEP](0,0) ");
  CHECK(shown(t, std::string("he\0llo", 6)) == "[CLS](0,0) hello(0,6) [SEP](0,0) ");
  CHECK(shown(t, std::string(101, 'h')) == "[CLS](0,0) [UNK](0,101) [SEP](0,0) ");
  CHECK(shown(tiny(false), "Hello hello") == "[CLS](0,0) [UNK](0,5) hello(6,11) [SEP](0,0) ");
}

TEST_CASE("a limit counts the special tokens, and says what was cut") {
  const auto t = tiny();
  const mtt::Tokens cut = encode(t, "hello world hello", 4);
  CHECK(cut.ids == std::vector<std::int32_t>{2, 5, 6, 3});
  CHECK(cut.truncated == 1);
  CHECK(encode(t, "hello world", 4).truncated == 0);
  CHECK(encode(t, "hello", 2).ids == std::vector<std::int32_t>{2, 3});
  CHECK_THROWS_WITH(encode(t, "hello", 1), Contains("no room"));
}

TEST_CASE("a pair of texts, each with its own offsets") {
  const auto t = tiny();
  CHECK(shown_pair(t, "Hello WORLDly", "cafe\u0301 中[MASK]") ==
        "[CLS](0,0)0/- hello(0,5)0/0 world(6,11)0/0 ##ly(11,13)0/0 [SEP](0,0)0/- cafe(0,4)1/1 中(6,7)1/1 "
        "[MASK](7,13)1/1 [SEP](0,0)1/- ");
  CHECK(shown_pair(t, "", "x") == "[CLS](0,0)0/- [SEP](0,0)0/- [UNK](0,1)1/1 [SEP](0,0)1/- ");
  CHECK(shown_pair(t, "x", "") == "[CLS](0,0)0/- [UNK](0,1)0/0 [SEP](0,0)0/- [SEP](0,0)1/- ");
  CHECK(shown_pair(t, "", "") == "[CLS](0,0)0/- [SEP](0,0)0/- [SEP](0,0)1/- ");
  mtt::Tokens tokens;
  t.encode_pair("unwanted hello", "world", 0, tokens);
  CHECK(tokens.first_subword == std::vector<std::uint8_t>{0, 1, 0, 0, 1, 0, 1, 0});
  CHECK(tokens.special == std::vector<std::uint8_t>{1, 0, 0, 0, 0, 1, 0, 1});
  t.encode("hello", 0, tokens);
  CHECK(tokens.ids == std::vector<std::int32_t>{2, 5, 3});
  CHECK(tokens.text_of(1) == 0);
}

TEST_CASE("a pair that is too long loses tokens of the longer text, at one side") {
  struct Cut {
    std::string shown;
    std::int32_t first, second;
  };
  const auto cut = [](const mtt::Tokenizer& t, const std::string& first, const std::string& second,
                      std::int64_t max) {
    mtt::Tokens tokens;
    t.encode_pair(first, second, max, tokens);
    std::string text;
    for (std::size_t i = 0; i < tokens.ids.size(); ++i)
      text += tokens.text_of(i) < 0 ? "." : std::to_string(tokens.chars[i].begin);
    return Cut{text, tokens.truncated, tokens.truncated_second};
  };
  const auto check = [](const Cut& found, const std::string& text, std::int32_t first, std::int32_t second) {
    CHECK(found.shown == text);
    CHECK(found.first == first);
    CHECK(found.second == second);
  };
  const auto right = tiny(), left = bert_tokenizer(kVocabulary, true, {.truncates_left = true});
  const std::string four = "x x x x", two = "x x";
  check(cut(right, four, four, 0), ".0246.0246.", 0, 0);
  check(cut(right, four, four, 11), ".0246.0246.", 0, 0);
  check(cut(right, four, four, 10), ".024.0246.", 1, 0);
  check(cut(right, four, four, 9), ".024.024.", 1, 1);
  check(cut(right, four, four, 4), "..0.", 4, 3);
  check(cut(right, four, four, 3), "...", 4, 4);
  check(cut(right, four, two, 8), ".024.02.", 1, 0);
  check(cut(right, two, four, 8), ".02.024.", 0, 1);
  check(cut(right, four, two, 6), ".02.0.", 2, 1);
  check(cut(right, two, four, 6), ".0.02.", 1, 2);
  check(cut(right, four, "", 5), ".02..", 2, 0);
  check(cut(right, "", four, 5), "..02.", 0, 2);
  check(cut(left, four, four, 8), ".46.246.", 2, 1);
  check(cut(left, four, two, 6), ".46.2.", 2, 1);
  check(cut(left, four, "", 5), ".46..", 2, 0);
  CHECK_THROWS_WITH(cut(right, "x", "x", 2), Contains("a limit of 2 tokens has no room for the 3 special"));
}

TEST_CASE("words begin where they begin") {
  const mtt::Tokens tokens = encode(tiny(), "unwanted world!");
  CHECK(tokens.first_subword == std::vector<std::uint8_t>{0, 1, 0, 0, 1, 1, 0});
  CHECK(tokens.special == std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("text that is not UTF-8 is refused") {
  for (const char* bad :
       {"\xff", "a\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xf8\x88\x80\x80\x80"})
    CHECK_THROWS_WITH(encode(tiny(), bad), Contains("not valid UTF-8"));
  mtt::Tokens tokens;
  CHECK_THROWS_WITH(tiny().encode_pair("a\xff", "b", 0, tokens),
                    "the first text of the pair is not valid UTF-8 at its byte 1");
  CHECK_THROWS_WITH(tiny().encode_pair("a", "\xff", 0, tokens),
                    "the second text of the pair is not valid UTF-8 at its byte 0");
}

TEST_CASE("long texts take linear time and memory") {
  const auto t = tiny();
  CHECK(encode(t, std::string(1'000'000, ' ')).ids.size() == 2);
  CHECK(encode(t, std::string(10'000'000, 'h')).ids.size() == 3);
}

TEST_CASE("vocab.txt: lines are ids, white space at their ends does not count") {
  const mtt::Value model = mtt::word_piece_model("a \r\n\u3000\n##b\u00a0\n\n", "v");
  CHECK(model.at("vocab").json() == R"({"a":0,"##b":2,"":3})");
  CHECK_THROWS_WITH(mtt::word_piece_model("[UNK]\na\na \n", "v"), Contains("v:3:1"));
  CHECK_THROWS_WITH(mtt::word_piece_model("\xff\n", "v"), Contains("v is not valid UTF-8"));
}

TEST_CASE("tokenizer.json: parts by name, everything else is refused") {
  CHECK(encode(from_json(json_with("", "")), "hellolo [MASK]").ids ==
        std::vector<std::int32_t>{2, 5, 6, 4, 3});
  const auto accepted = [](const std::string& part, const std::string& replacement) {
    CHECK_NOTHROW(from_json(json_with(part, replacement)));
  };
  accepted("\"version\":\"1.0\",", "");
  accepted(R"("type":"WordPiece",)", "");
  accepted(R"({"type":"BertPreTokenizer"})", R"({"type":"Whitespace"})");
  accepted(R"("strip_accents":null,)", "");
  accepted("\"max_input_chars_per_word\":100", "\"max_input_chars_per_word\":0");
  accepted("\"##lo\":6", "\"##lo\":999");
  const auto refused = [](const std::string& part, const std::string& replacement) {
    INFO(replacement);
    CHECK_THROWS_WITH(from_json(json_with(part, replacement)), Contains("t.json:"));
  };
  refused("\"version\":\"1.0\"", "\"version\":\"2.0\"");
  refused("\"decoder\"", "\"decodr\"");
  refused("WordPiece", "BPE");
  refused("\"unk_token\":\"[UNK]\",", "");
  refused("\"unk_token\":\"[UNK]\"", "\"unk_token\":\"[unk]\"");
  refused("BertNormalizer", "Precompiled");
  refused("\"lowercase\":true", "\"lowercas\":true");
  refused("BertPreTokenizer", "Metaspace");
  refused("TemplateProcessing", "RobertaProcessing");
  refused("\"ids\":[2]", "\"ids\":[9999]");
  refused("\"ids\":[2]", "\"ids\":[2,2]");
  refused("{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},", "");
  refused("{\"SpecialToken\":{\"id\":\"[SEP]\"", "{\"SpecialToken\":{\"id\":\"[EOS]\"");
  refused("\"##lo\":6", "\"##lo\":5");
  refused("\"##lo\":6", "\"##lo\":-1");
  refused("\"##lo\":6", "\"##lo\":4294967296");
  refused("\"##lo\":6", "\"##lo\":6.0");
  refused("\"id\":4,\"content\"", "\"id\":5,\"content\"");
  refused("\"single_word\":false,", "");
  refused("max_input_chars_per_word\":100", "max_input_chars_per_word\":-1");
}

TEST_CASE("an added token that begins with a space leaves it to the one before that takes it along") {
  const char mask[] = R"("id":4,"content":"[MASK]","single_word":false,"lstrip":true,"rstrip":false)";
  const char spaced[] = R"("id":7,"content":" x","single_word":false,"lstrip":true,"rstrip":true)";
  const auto t = from_json(json_with(mask, spaced));
  CHECK(shown(t, "hello x xhello") == "[CLS](0,0) hello(0,5)  x(5,8)  x(8,9) hello(9,14) [SEP](0,0) ");
}

TEST_CASE("the golden strings give the reference's ids and offsets", "[data]") {
  MTT_FOLDER_OR_SKIP(folder, "MTT_CONFORMANCE");
  MTT_FOLDER_OR_SKIP(model, "MTT_MINILM");
  const auto tokenizer = from_json(mtt::read_file(model + "/tokenizer.json", 1u << 26));
  const auto golden = mtt::parse_json(mtt::read_file(folder + "/tokenizer_golden.json", 1u << 24), "golden");
  int cases = 0;
  for (const auto& item : golden.at("single").array()) {
    const mtt::Tokens tokens = encode(tokenizer, item.at("text").string());
    INFO(item.at("text").json());
    mtt::Value::Array ids, offsets;
    for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
      ids.emplace_back(tokens.ids[i]);
      offsets.emplace_back(mtt::Value::Array{tokens.chars[i].begin, tokens.chars[i].end});
    }
    CHECK(mtt::Value(ids).json() == item.at("ids").json());
    CHECK(mtt::Value(offsets).json() == item.at("offsets").json());
    ++cases;
  }
  CHECK(cases == 46);
}
