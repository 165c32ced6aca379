#include "data/examples.h"

#include <sys/stat.h>

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
  CHECK_THROWS_WITH(read("{\"text\":\"a\"},\n{\"text\":\"b\"}"),
                    Contains("d.jsonl:1:13") && Contains("more text"));
  CHECK_THROWS_WITH(read("[\n{\"text\":\"a\"}\n]\n"), Contains("d.jsonl:1:1") && Contains("a JSON array"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\"}\n \n"), Contains("d.jsonl:2:1") && Contains("blank"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\",\"text\":\"b\"}"), Contains("d.jsonl:1:") && Contains("twice"));
  CHECK_THROWS_WITH(read("{\"text\":" + std::string(200, '[') + "}"),
                    Contains("d.jsonl:1:") && Contains("deeper"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\",\"x\":NaN}"), Contains("d.jsonl:1:17: found 'N'"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\"}\n{\"text\":\"\xE4\"}"),
                    Contains("d.jsonl:2:10") && Contains("UTF-8"));
  CHECK_THROWS_WITH(read("\xEF\xBB\xBF{\"text\":\"a\"}"),
                    Contains("d.jsonl:1") && Contains("byte order mark"));
  CHECK_THROWS_WITH(read(std::string("{\"text\":\"a\0\"}", 14)), Contains("d.jsonl:1:11") && Contains("NUL"));
  CHECK_THROWS_WITH(read("{\"text\":null}"), Contains("expected a string"));
  CHECK(read("{\"text\":\"a\"}\r\n{\"text\":\"b\"}").texts.size() == 2);
}

TEST_CASE("examples: the ending decides how a file is read") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& name, const std::string& text) {
    return mtt::read_examples(folder.write(name, text), "text");
  };
  const auto csv = read("d.CSV", "\xEF\xBB\xBF\"x\",text,y\n1,a,007\n,\"b, c\",\n2,,nan\n");
  CHECK(csv.texts == std::vector<std::string>{"a", "b, c", ""});
  CHECK(csv.labels("x")[0].string() == "1");
  CHECK(csv.labels("x")[1].is(mtt::Value::Kind::null));
  CHECK(csv.labels("y")[0].string() == "007");
  CHECK(csv.labels("y")[2].string() == "nan");
  CHECK(csv.labels("z")[0].is(mtt::Value::Kind::null));
  const auto tsv = read("d.tsv", "text\tx\na, b\t1\n");
  CHECK(tsv.texts == std::vector<std::string>{"a, b"});
  for (const char* name : {"d.conll", "d.txt", "d.annotated"}) {
    const auto conll = read(name, "Anna\tB-per\ncalls\tO\n");
    CHECK(conll.texts == std::vector<std::string>{"Anna calls"});
    CHECK(conll.labels("whatever")[0].json() == R"([{"start":0,"end":4,"label":"per"}])");
    CHECK(conll.rows[0].at("text").string() == "Anna calls");
  }
  CHECK_THROWS_WITH(read("d.parquet", "x"), Contains("d.parquet' ends in none of .jsonl, .csv"));
  CHECK_THROWS_WITH(read("d", "x"), Contains("ends in none of"));
}

TEST_CASE("examples: tables and tagged files without examples or texts") {
  const TemporaryFolder folder;
  const auto refuses = [&](const std::string& name, const std::string& text, const std::string& with) {
    CHECK_THROWS_WITH(mtt::read_examples(folder.write(name, text), "text"), Contains(name) && Contains(with));
  };
  refuses("d.csv", "", "empty, expected a header");
  refuses("d.csv", "text,x\n", "holds no examples; expected rows");
  refuses("d.csv", "txt,x\na,b\n", "d.csv:1: there is no column \"text\"; the columns are \"txt\", \"x\"");
  refuses("d.tsv", "text,x\na,b\n", "the columns are \"text,x\"");
  refuses("d.conll", "", "holds no examples; expected a token and its tag");
  refuses("d.conll", "-DOCSTART- O\n\n", "holds no examples");
}

TEST_CASE("examples: the second sentences of pairs are there in every line, or in none") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& name, const std::string& text) {
    return mtt::read_examples(folder.write(name, text), "text");
  };
  using Texts = std::vector<std::string>;
  CHECK(read("d.jsonl", R"({"text":"a","text_pair":"b"})").partners == Texts{"b"});
  CHECK(read("d.jsonl", R"({"text":"a"})").partners.empty());
  CHECK(read("d.csv", "text,text_pair\na,b\nc,d\n").partners == Texts{"b", "d"});
  CHECK_THROWS_WITH(read("d.jsonl", "{\"text\":\"a\",\"text_pair\":\"b\"}\n{\"text\":\"c\"}\n"),
                    Contains("d.jsonl:2:1: the key 'text_pair' is missing"));
  CHECK_THROWS_WITH(read("d.csv", "text,text_pair\na,\nc,d\n"),
                    Contains("d.csv:2:1") && Contains("text_pair"));
  CHECK_THROWS_WITH(read("d.jsonl", R"({"text":"a","text_pair":3})"), Contains("expected a string"));
}

TEST_CASE("examples: what is no file of examples") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "d.csv");
  CHECK_THROWS_WITH(mtt::read_examples(folder.path() / "d.csv", "text"), Contains("is a directory"));
  REQUIRE(::mkfifo((folder.path() / "f.jsonl").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(mtt::read_examples(folder.path() / "f.jsonl", "text"), Contains("pipe"));
  CHECK_THROWS_WITH(mtt::read_examples(folder.path() / "gone.conll", "text"), Contains("does not exist"));
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
