#include "data/examples.h"

#include "catch.h"
#include "data/text_lines.h"
#include "mtt/error.h"
#include "mtt/label_set.h"
#include "temporary_folder.h"

TEST_CASE("lines: endings, emptiness and bytes that are no text") {
  using Lines = std::vector<std::string>;
  CHECK(mtt::split_lines("a\r\n\nb", "f") == Lines{"a", "", "b"});
  CHECK(mtt::split_lines("", "f").empty());
  CHECK(mtt::split_lines("a\n", "f") == Lines{"a"});
  CHECK_THROWS_WITH(mtt::split_lines("a\nb\xff", "f"), Contains("f:2:2"));
  CHECK_THROWS_WITH(mtt::split_lines("\xEF\xBB\xBF"
                                     "a",
                                     "f"),
                    Contains("byte order mark"));
}

TEST_CASE("examples: every fault has its line") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text) {
    return mtt::read_examples(folder.write("d.jsonl", text), "text");
  };
  const auto examples = read("{\"text\":\"a\",\"x\":1}\n{\"text\":\"\"}\n");
  CHECK(examples.texts == std::vector<std::string>{"a", ""});
  CHECK(examples.labels("x")[0].integer() == 1);
  CHECK(examples.labels("x")[1].is(mtt::Value::Kind::null));
  CHECK_THROWS_WITH(read(""), Contains("no examples"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\"}\n\n{\"text\":\"b\"}"), Contains("d.jsonl:2:1"));
  CHECK_THROWS_WITH(read("[{\"text\":\"a\"}]"), Contains("d.jsonl:1:1") && Contains("expected a table"));
  CHECK_THROWS_WITH(read("{\"txt\":\"a\"}"), Contains("'text' is missing"));
  CHECK_THROWS_WITH(read("{\"text\":3}"), Contains("expected a string"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\",}"), Contains("d.jsonl:1:"));
}

TEST_CASE("label sets are sorted, and unknown labels have a neighbour") {
  const auto labels = mtt::LabelSet::sorted({"weather", "alarm", "weather"});
  CHECK(labels.value().json() == R"(["alarm","weather"])");
  CHECK(labels.index(mtt::Value("weather")) == 1);
  CHECK_THROWS_WITH(labels.index(mtt::Value("wether")), Contains("did you mean 'weather'"));
  CHECK_THROWS_AS(mtt::LabelSet({"a", "a"}), mtt::Error);
  CHECK(mtt::LabelSet::text(mtt::Value(3)) == "3");
  CHECK_THROWS_AS(mtt::LabelSet::text(mtt::Value(0.5)), mtt::Error);
}
