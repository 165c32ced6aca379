#include "data/examples.h"

#include <sys/stat.h>

#include "catch.h"
#include "data/tag_list.h"
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
    return mtt::read_examples(folder.write("d.jsonl", text));
  };
  const auto examples = read("{\"text\":\"a\",\"x\":1}\n{\"text\":\"\"}\n");
  CHECK(examples.texts == std::vector<std::string>{"a", ""});
  CHECK(examples.labels("x")[0].integer() == 1);
  CHECK(examples.labels("x")[1].is(mtt::Value::Kind::null));
  CHECK_THROWS_WITH(read(""), Contains("no examples"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\"}\n\n{\"text\":\"b\"}"), Contains("d.jsonl:2:1"));
  CHECK_THROWS_WITH(read("[{\"text\":\"a\"}]"), Contains("d.jsonl:1:1") && Contains("expected a table"));
  CHECK_THROWS_WITH(
      read("{\"txt\":\"a\"}"),
      Contains("d.jsonl:1:1: the key \"text\" is missing, the line has \"txt\"; rename it, or set the key"));
  CHECK_THROWS_WITH(read("{\"text\":3}"), Contains("expected a string"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\",}"), Contains("d.jsonl:1:"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\"},\n{\"text\":\"b\"}"),
                    Contains("d.jsonl:1:13") && Contains("found a comma after the object"));
  CHECK_THROWS_WITH(read("[\n{\"text\":\"a\"}\n]\n"), Contains("d.jsonl:1:1") && Contains("a JSON array"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\"}\n \n{\"text\":\"b\"}\n"),
                    Contains("d.jsonl:2:1") && Contains("blank"));
  CHECK(read("{\"text\":\"a\"}\n \n\n").texts.size() == 1);
  CHECK_THROWS_WITH(read("{\"text\":\"a\",\"text\":\"b\"}"), Contains("d.jsonl:1:") && Contains("twice"));
  CHECK_THROWS_WITH(read("{\"text\":" + std::string(200, '[') + "}"),
                    Contains("d.jsonl:1:") && Contains("deeper"));
  CHECK_THROWS_WITH(read("{\"text\":\"a\",\"x\":NaN}"),
                    Contains("d.jsonl:1:17: found NaN, which JSON does not have; write null"));
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
    return mtt::read_examples(folder.write(name, text));
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
    CHECK_THROWS_WITH(mtt::read_examples(folder.write(name, text)), Contains(name) && Contains(with));
  };
  refuses("d.csv", "", "empty, expected a header");
  refuses("d.csv", "text,x\n", "holds no examples; expected rows");
  refuses("d.csv", "txt,x\na,b\n", "d.csv:1: there is no column \"text\"; the columns are \"txt\", \"x\"");
  refuses("d.tsv", "text,x\na,b\n", "the columns are \"text,x\"");
  refuses("d.conll", "", "holds no examples; expected one token and its tag");
  refuses("d.conll", "-DOCSTART- O\n\n", "holds no examples");
}

TEST_CASE("examples: there are pairs where every line has a second sentence, else it is said why not") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& name, const std::string& text, const mtt::TextKeys& keys = {}) {
    return mtt::read_examples(folder.write(name, text), keys);
  };
  using Texts = std::vector<std::string>;
  CHECK(read("d.jsonl", R"({"text":"a","text_pair":"b"})").partners == Texts{"b"});
  CHECK(read("d.jsonl", R"({"text":"a"})").why_no_partners ==
        "has no key \"text_pair\"; rename it, or set the key of the second sentence with text_pair = \"...\" "
        "in "
        "[data] or in the task's table");
  const mtt::TextKeys fixed{.fixed = true};
  CHECK(read("d.jsonl", R"({"text":"a"})", fixed).why_no_partners ==
        "has no key \"text_pair\"; rename it in the file");
  CHECK_THROWS_WITH(read("d.csv", "sentence\na\n", fixed),
                    Contains("the columns are \"sentence\"; rename it in the file"));
  CHECK(read("d.csv", "text,text_pair\na,b\nc,d\n").partners == Texts{"b", "d"});
  CHECK(read("d.jsonl", R"({"premise":"a","hypothesis":"b"})", {"premise", "hypothesis"}).partners ==
        Texts{"b"});
  const auto some = read("d.jsonl", "{\"text\":\"a\",\"text_pair\":\"b\"}\n{\"text\":\"c\"}\n");
  CHECK(some.partners.empty());
  CHECK_THAT(some.why_no_partners,
             Catch::Matchers::StartsWith(
                 "has a second text (key \"text_pair\") in 1 of 2 examples only; the first without one is "
                 "at ") &&
                 Contains("d.jsonl:2:1; give every example a second text"));
  const auto table = read("d.csv", "text,text_pair\na,\nc,d\n");
  CHECK(table.partners.empty());
  CHECK_THAT(table.why_no_partners, Contains("in 1 of 2 examples only") && Contains("d.csv:2:1;"));
  CHECK_THAT(read("d.jsonl", R"({"text":"a","text_pair":3})").why_no_partners,
             Contains("is the integer 3; write it as a string"));
}

TEST_CASE("examples: a text may be an array of tokens") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text) {
    return mtt::read_examples(folder.write("d.jsonl", text), {"tokens"});
  };
  const auto examples = read("{\"tokens\":[\"a\",\"\\u00e4b\"]}\n{\"tokens\":\"c d\"}\n");
  CHECK(examples.texts == std::vector<std::string>{"a \xC3\xA4"
                                                   "b",
                                                   "c d"});
  CHECK(examples.tokens_of(0).array().size() == 2);
  CHECK(examples.tokens_of(1).is(mtt::Value::Kind::null));
  CHECK_THROWS_WITH(read(R"({"tokens":["a",3]})"), Contains("d.jsonl:1:16") && Contains("expected a string"));
  CHECK_THROWS_WITH(mtt::read_examples(folder.write("d.jsonl", R"({"tokens":["a"],"ner_tags":[0]})")),
                    Contains("the key \"text\" is missing, the line has \"tokens\", \"ner_tags\"") &&
                        Contains("text = \"tokens\""));
}

TEST_CASE("tags: one for each token, by name or by number") {
  const mtt::Value tokens(mtt::Value::Array{"New", "York", "calls", "Anna"});
  const std::vector<std::string> names = {"O", "B-loc", "I-loc", "B-per"};
  const std::string spans = R"([{"start":0,"end":8,"label":"loc"},{"start":15,"end":19,"label":"per"}])";
  const auto read = [&](mtt::Value::Array tags, const mtt::Value& of, const std::vector<std::string>& known) {
    return mtt::spans_of_tags(tags, of, known).json();
  };
  CHECK(read({"B-loc", "I-loc", "O", "U-per"}, tokens, {}) == spans);
  CHECK(read({1, 2, 0, 3}, tokens, names) == spans);
  CHECK(mtt::joined_tokens(tokens) == "New York calls Anna");
  CHECK_THROWS_WITH(read({1, 2, 0, 3}, tokens, {}), Contains("found the tag 1") && Contains("tags = ["));
  CHECK_THROWS_WITH(read({1, 2, 0, 4}, tokens, names), Contains("found the tag 4, expected 0 to 3"));
  CHECK_THROWS_WITH(read({"O"}, tokens, {}), Contains("found 1 tags, expected 4, one for each token"));
  CHECK_THROWS_WITH(read({"O"}, mtt::Value(), {}),
                    Contains("expected spans") && Contains("text = \"tokens\""));
  CHECK(mtt::is_tag_list(mtt::Value(mtt::Value::Array{0})));
  CHECK_FALSE(mtt::is_tag_list(mtt::Value(mtt::Value::Array{})));
  CHECK_FALSE(mtt::is_tag_list(mtt::Value(mtt::Value::Array{mtt::Value(mtt::Value::Table{})})));
}

TEST_CASE("examples: a column of a name that occurs twice ends a run only where it is used") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text) { return mtt::read_examples(folder.write("d.csv", text)); };
  const auto examples = read("text,x,x,y,,\na,1,2,3,,\n");
  CHECK(examples.labels("y")[0].string() == "3");
  CHECK_THROWS_WITH(examples.labels("x"), Contains("d.csv:1:6: the column \"x\" occurs twice"));
  CHECK_THROWS_WITH(read("text,text\na,b\n"), Contains("the column \"text\" occurs twice"));
}

TEST_CASE("examples: a file is read with other keys under another name, and known by its path") {
  const TemporaryFolder folder;
  const std::string file = folder.write("d.jsonl", R"({"text":"a","title":"b","x":1})").string();
  const std::string tags = folder.write("d.conll", "a\tO\n").string();
  mtt::ExampleFiles files;
  CHECK(files.with_keys(file, {}) == file);
  CHECK(files.with_keys(tags, {"title"}) == tags);
  const std::string named = files.with_keys(file, {"title"});
  CHECK(named != file);
  CHECK(files.with_keys(file, {"title"}) == named);
  CHECK(files.get(named).texts == std::vector<std::string>{"b"});
  CHECK(files.get(file).texts == std::vector<std::string>{"a"});
  CHECK(files.path(named) == file);
  CHECK(files.path(file) == file);
}

TEST_CASE("examples: what is no file of examples") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "d.csv");
  CHECK_THROWS_WITH(mtt::read_examples(folder.path() / "d.csv"), Contains("is a directory"));
  REQUIRE(::mkfifo((folder.path() / "f.jsonl").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(mtt::read_examples(folder.path() / "f.jsonl"), Contains("pipe"));
  CHECK_THROWS_WITH(mtt::read_examples(folder.path() / "gone.conll"), Contains("does not exist"));
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
