#include "data/whole_words.h"

#include "catch.h"
#include "data/fitted_examples.h"
#include "mtt/error.h"
#include "temporary_folder.h"
#include "unit/text/bert_tokenizer.h"
#include "value/json.h"

namespace {

const mtt::Tokenizer& tokenizer() {
  static const mtt::Tokenizer tokenizer =
      bert_tokenizer("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwake\nme\nup\nat\nsix\n##er\n.\n");
  return tokenizer;
}

mtt::ReadText read(const std::string& text, std::int64_t max_tokens = 0, const std::string& prompt = "") {
  return mtt::TextReader(tokenizer(), max_tokens, prompt).read(text);
}

mtt::ReadExample example(const std::string& text, const std::string* second_text = nullptr) {
  return mtt::TextReader(tokenizer(), 0, "").read(text, second_text);
}

/// "begin..end begin..end" of the moved spans.
std::string moved(const std::string& text, const std::string& spans, std::size_t* count = nullptr) {
  const auto result = mtt::whole_word_spans(mtt::parse_json(spans, "f"), example(text));
  std::string all;
  for (const mtt::Value& span : result.spans.array())
    all += (all.empty() ? "" : " ") + std::to_string(span.at("start").integer()) + ".." +
           std::to_string(span.at("end").integer());
  if (count) *count = result.moved.size();
  return all;
}

std::string span(int start, int end) {
  return R"({"start":)" + std::to_string(start) + R"(,"end":)" + std::to_string(end) + R"(,"label":"x"})";
}

std::string refused(const std::string& text, const std::string& spans) {
  try {
    moved(text, spans);
  } catch (const mtt::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE(
    "a span that is not whole words loses white space at its ends and covers each word that it overlaps") {
  struct Case {
    const char* text;
    int start, end;
    const char* expected;
  };
  for (const Case& c :
       {Case{"wake me up", 5, 8, "5..7"},                                           // a blank behind it
        Case{"wake me up", 4, 7, "5..7"},                                           // a blank before it
        Case{"wake  me\t\u00a0up", 4, 10, "6..8"}, Case{"waker up", 0, 4, "0..5"},  // one character short
        Case{"waker up", 0, 7, "0..8"},                                             // one too many
        Case{"at waker.", 5, 6, "3..8"},                                            // inside a word
        Case{"äwake six", 6, 9, "6..9"}}) {                                         // code points
    INFO(c.text << " " << c.start << ".." << c.end);
    std::size_t count = 9;
    CHECK(moved(c.text, "[" + span(c.start, c.end) + "]", &count) == c.expected);
    const std::string before = std::to_string(c.start) + ".." + std::to_string(c.end);
    CHECK(count == (before == c.expected ? 0 : 1));
  }
}

TEST_CASE("whole words stay what they are, in their order, and a second pass moves nothing") {
  const std::string text = "wake me up at six";
  const std::string both = "[" + span(8, 10) + "," + span(0, 7) + "]";
  const mtt::Value label = mtt::parse_json(both, "f");
  const auto result = mtt::whole_word_spans(label, example(text));
  CHECK(result.moved.empty());
  CHECK(result.count == 2);
  CHECK(result.spans.json() == label.json());
  CHECK(mtt::whole_word_spans(mtt::parse_json("[]", "f"), example(text)).count == 0);
  std::size_t count = 0;
  CHECK(moved(text, "[" + span(8, 11) + "," + span(0, 8) + "]", &count) == "8..10 0..7");
  CHECK(count == 2);
}

TEST_CASE("a span of characters that the tokenizer drops stays and is told") {
  std::size_t count = 0;
  CHECK(moved("wake \u200b me", "[" + span(5, 6) + "]", &count) == "5..6");
  CHECK(count == 1);
}

TEST_CASE("spans that cannot be are refused with their place") {
  CHECK_THAT(refused("wake me", "[" + span(2, 2) + "]"),
             Contains("f:1:2: ") && Contains("empty or negative"));
  CHECK_THAT(refused("wake me", "[" + span(-1, 2) + "]"), Contains("empty or negative"));
  CHECK_THAT(refused("wake me", "[" + span(5, 8) + "]"), Contains("beyond the text of 7 characters"));
  CHECK_THAT(refused("wake  me", "[" + span(4, 6) + "]"), Contains("only white space"));
  CHECK_THAT(refused("wake me", "[" + span(0, 6) + "," + span(5, 7) + "]"),
             Contains("0..6 and 5..7 overlap"));
}

TEST_CASE("a word that two spans would cover belongs to the first") {
  std::size_t count = 0;
  CHECK(moved("up waker", "[" + span(3, 6) + "," + span(6, 8) + "]", &count) == "3..8");
  CHECK(count == 2);
  CHECK(moved("waker up", "[" + span(0, 4) + "," + span(4, 8) + "]", &count) == "0..5 6..8");
  CHECK(count == 2);
  CHECK(moved("up waker", "[" + span(3, 4) + "," + span(5, 6) + "," + span(7, 8) + "]", &count) == "3..8");
  CHECK(count == 3);
}

TEST_CASE("words and the cut are those of the text, not of the prompt") {
  const mtt::ReadText all = read("wake me");
  REQUIRE(all.words.size() == 2);
  CHECK(all.tokens == 4);
  CHECK(all.end == 7);
  const mtt::ReadText prompted = read("wake me up", 5, "at ");
  REQUIRE(prompted.words.size() == 3);
  CHECK((prompted.words[1].begin == 5 && prompted.words[1].end == 7));
  CHECK(prompted.tokens == 6);
  CHECK(prompted.end == 7);
  CHECK(read("wake me up", 4).end == 7);
  CHECK(read("wakeer", 3).end == 4);
}

TEST_CASE("spans are arrays of tables with integer start and end; other labels stay") {
  const auto is = [](const char* json) { return mtt::is_span_list(mtt::parse_json(json, "f")); };
  CHECK(is("[]"));
  CHECK(is(R"([{"start":1,"end":2}])"));
  CHECK_FALSE(is(R"([{"start":1.5,"end":2}])"));
  CHECK_FALSE(is(R"(["a"])"));
  CHECK_FALSE(is(R"("a")"));
  CHECK_FALSE(is(R"([{"start":1}])"));
}

TEST_CASE("the examples of a file are fitted once, in place, and counted") {
  const TemporaryFolder folder;
  const std::string file =
      folder
          .write("a.jsonl", R"({"text":"wake me","ner":[{"start":0,"end":5,"label":"x"}],"kind":"a"}
{"text":"up at six","ner":[{"start":0,"end":2,"label":"x"},{"start":6,"end":9,"label":"y"}],"kind":"b"}
{"text":"up"}
)")
          .string();
  mtt::ExampleFiles files;
  const mtt::TextReader reader(tokenizer(), 4, "");
  const auto fitted = mtt::fit_examples(files, file, {.texts = {{"ner", std::nullopt}}}, reader);
  CHECK(fitted.texts == 3);
  CHECK(fitted.truncated == 1);
  CHECK(fitted.longest == 5);
  CHECK(fitted.spans == 3);
  CHECK(fitted.moved == 1);
  CHECK(fitted.beyond == 1);
  CHECK(fitted.first_moved == "a.jsonl:1: 0..5 \"wake \" becomes 0..4 \"wake\"");
  const auto labels = files.get(file).labels("ner");
  CHECK(labels[0].json() == R"([{"start":0,"end":4,"label":"x"}])");
  CHECK(labels[1].array()[1].at("end").integer() == 9);
  CHECK(files.get(file).labels("kind")[0].string() == "a");
  CHECK(mtt::fit_examples(files, file, {.texts = {{"ner", std::nullopt}}}, reader).moved == 0);

  const std::string tags = folder.write("a.conll", "wak\tB-x\ner\tO\n").string();
  CHECK(mtt::fit_examples(files, tags, {.texts = {{"one", std::nullopt}, {"two", std::nullopt}}}, reader)
            .spans == 1);
}

TEST_CASE("spans of a joint pair are those of their own text") {
  const std::string first = "wake me", second = "up at six";
  const mtt::ReadExample pair = example(first, &second);
  CHECK(pair.first.tokens == 8);  // [CLS] wake me [SEP] up at six [SEP]
  CHECK(pair.first.words.size() == 2);
  CHECK(pair.second.words.size() == 3);
  CHECK(pair.second.words.back().begin == 6);
  const auto label =
      mtt::parse_json(R"([{"start":6,"end":9,"label":"x","in":"text_pair"},{"start":0,"end":5,"label":"y"},)"
                      R"({"start":4,"end":5,"label":"z","in":"text_pair"}])",
                      "f");
  const auto result = mtt::whole_word_spans(label, pair);
  CHECK(result.spans.json() ==
        R"([{"start":0,"end":4,"label":"y"},{"start":6,"end":9,"label":"x","in":"text_pair"},)"
        R"({"start":3,"end":5,"label":"z","in":"text_pair"}])");
  CHECK(result.count == 3);
  CHECK(result.moved.size() == 2);
  CHECK_THROWS_WITH(mtt::whole_word_spans(label, example(first)),
                    Contains("f") && Contains("pair = \"joint\""));
  const auto other = mtt::parse_json(R"([{"start":0,"end":2,"label":"x","in":"title"}])", "f");
  CHECK_THROWS_WITH(mtt::whole_word_spans(other, pair), Contains("\"title\""));
  const mtt::ReadExample cut{
      first, &second, {.words = {}, .tokens = 0, .end = 5}, {.words = {}, .tokens = 0, .end = 7}};
  CHECK(mtt::spans_beyond(label, cut) == 1);
}

TEST_CASE("a joint pair is truncated longest first, and the ends of both texts are known") {
  const std::string first = "wake me", second = "up at six";
  const mtt::ReadExample pair = mtt::TextReader(tokenizer(), 6, "").read(first, &second);
  CHECK(pair.first.tokens == 8);
  CHECK(pair.first.end == 4);
  CHECK(pair.second.end == 5);
}
