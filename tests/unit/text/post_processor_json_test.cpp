// The expected tokens are those of Hugging Face tokenizers 0.23.3 for the same post-processors.
#include "shown.h"
#include "value/json.h"

using mtt::Value;

namespace {

Value parsed(const std::string& text) { return mtt::parse_json(text, "t.json"); }

/// A tokenizer of single letters with a post-processor.
mtt::Tokenizer tokenizer(const std::string& post_processor, const mtt::TokenizerOptions& options = {}) {
  return mtt::Tokenizer::from_json(
      parsed(
          R"({"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"WhitespaceSplit"},
"post_processor":)" +
          post_processor +
          R"(,"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
"max_input_chars_per_word":100,"vocab":{"[PAD]":0,"[UNK]":1,"C":2,"S":3,"a":4,"b":5,"c":6,"d":7}}})"),
      options);
}

std::string single(const mtt::Tokenizer& t, const std::string& text) {
  mtt::Tokens tokens;
  t.encode(text, 0, tokens);
  std::string result;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i)
    result += std::string(t.token(tokens.ids[i])) + std::to_string(tokens.type_ids[i]) + " ";
  return result;
}

std::string of_template(const std::string& one, const std::string& two) {
  return R"({"type":"TemplateProcessing","single":[)" + one + R"(],"pair":[)" + two +
         R"(],"special_tokens":{"C":{"id":"C","ids":[2],"tokens":["C"]},"S":{"id":"S","ids":[3],"tokens":["S"]},
"CS":{"id":"CS","ids":[2,3],"tokens":["C","S"]}}})";
}

std::string text(const std::string& name, int type_id) {
  return R"({"Sequence":{"id":")" + name + R"(","type_id":)" + std::to_string(type_id) + "}}";
}

std::string special(const std::string& name, int type_id) {
  return R"({"SpecialToken":{"id":")" + name + R"(","type_id":)" + std::to_string(type_id) + "}}";
}

const std::string kOne = special("C", 0) + "," + text("A", 0) + "," + special("S", 0);
const std::string kTwo = kOne + "," + text("B", 1) + "," + special("S", 1);
const char kBert[] = R"({"type":"BertProcessing","cls":["C",2],"sep":["S",3]})";
const char kRoberta[] =
    R"({"type":"RobertaProcessing","cls":["C",2],"sep":["S",3],"trim_offsets":false,"add_prefix_space":true})";
const char kTrims[] = R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true})";

std::string sequence(const std::string& parts) {
  return R"({"type":"Sequence","processors":[)" + parts + "]}";
}

}  // namespace

TEST_CASE("each post-processor has a template for pairs") {
  const char bert[] = "C(0,0)0/- a(0,1)0/0 b(2,3)0/0 S(0,0)0/- c(0,1)1/1 d(2,3)1/1 S(0,0)1/- ";
  const char plain[] = "a(0,1)0/0 b(2,3)0/0 c(0,1)1/1 d(2,3)1/1 ";
  const auto pair = [](const std::string& post_processor) {
    return shown_pair(tokenizer(post_processor), "a b", "c d");
  };
  CHECK(pair(kBert) == bert);
  CHECK(pair(of_template(kOne, kTwo)) == bert);
  CHECK(pair(kRoberta) == "C(0,0)0/- a(0,1)0/0 b(2,3)0/0 S(0,0)0/- S(0,0)0/- c(0,1)0/1 d(2,3)0/1 S(0,0)0/- ");
  CHECK(pair("null") == plain);
  CHECK(pair(kTrims) == plain);
  CHECK(pair(sequence("")) == plain);
  CHECK(pair(sequence(std::string(kTrims) + "," + kBert)) == bert);
  CHECK(pair(sequence(sequence(of_template(kOne, kTwo)) + "," + kTrims)) == bert);
}

TEST_CASE("a template may have any order, types and several tokens in one") {
  const auto t =
      tokenizer(of_template(text("A", 2), text("B", 3) + "," + special("CS", 1) + "," + text("A", 2)));
  CHECK(single(t, "a b") == "a2 b2 ");
  CHECK(shown_pair(t, "a b", "c d") == "c(0,1)3/1 d(2,3)3/1 C(0,0)1/- S(0,0)1/- a(0,1)2/0 b(2,3)2/0 ");
  CHECK(shown_pair(t, "a b c", "c d", 5) == "c(0,1)3/1 C(0,0)1/- S(0,0)1/- a(0,1)2/0 b(2,3)2/0 ");
  CHECK(shown_pair(
            tokenizer(of_template(text("A", 0), text("B", 1) + "," + text("A", 0)), {.truncates_left = true}),
            "a b c", "", 2) == "b(2,3)0/0 c(4,5)0/0 ");
}

TEST_CASE("without type ids, all are 0") {
  for (const std::string& processor : {std::string(kBert), of_template(kOne, kTwo), std::string("null")}) {
    const auto t = tokenizer(processor, {.type_ids = false});
    mtt::Tokens tokens;
    t.encode_pair("a", "b c", 0, tokens);
    CHECK(tokens.type_ids == std::vector<std::int32_t>(tokens.ids.size(), 0));
  }
}

TEST_CASE("a template for pairs that is not reproduced refuses pairs alone") {
  const auto fails = [](const std::string& two, const std::string& message) {
    INFO(two);
    const auto t = tokenizer(of_template(kOne, two));
    CHECK(single(t, "a") == "C0 a0 S0 ");
    CHECK_THROWS_WITH(
        shown_pair(t, "a", "b"),
        Contains("this tokenizer does not encode pairs of texts: t.json:") && Contains(message));
  };
  const std::string both = "needs the sequences A and B, each exactly once";
  fails("", both);
  fails(kOne, both);
  fails(kTwo + "," + text("A", 0), both);
  fails(kTwo + "," + text("C", 0), both);
  fails(text("B", 0), both);
  fails(kTwo + "," + special("X", 0), "which special_tokens does not define");
  fails(kTwo + R"(,{"Other":{"id":"A","type_id":0}})", "exactly one of SpecialToken and Sequence");
  CHECK_THROWS_WITH(tokenizer(of_template(text("B", 0), kTwo)), Contains("the sequence A exactly once"));
  std::string without = of_template(kOne, "");
  without.replace(without.find(R"("pair":[],)"), 10, "");
  CHECK(single(tokenizer(without), "a") == "C0 a0 S0 ");
  CHECK_THROWS_WITH(shown_pair(tokenizer(without), "a", "b"), Contains("does not encode pairs"));
}

TEST_CASE("post-processors that depend on each other are refused") {
  const std::string trims_too =
      R"({"type":"RobertaProcessing","cls":["C",2],"sep":["S",3],"trim_offsets":true,"add_prefix_space":true})";
  const auto fails = [](const std::string& parts, const std::string& message) {
    INFO(parts);
    CHECK_THROWS_WITH(tokenizer(sequence(parts)), Contains("t.json:") && Contains(message));
  };
  for (const std::string& second : {std::string(kBert), std::string(kRoberta), of_template(kOne, kTwo)})
    fails(std::string(kBert) + "," + second, "a second post-processor that adds tokens");
  fails(std::string(kTrims) + "," + trims_too, "a second post-processor with trim_offsets");
  fails(std::string(kBert) + "," + kTrims, "trim_offsets after special tokens");
  CHECK(single(tokenizer(sequence(std::string(kTrims) + "," + kRoberta)), "a") == "C0 a0 S0 ");
}
