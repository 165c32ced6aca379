#include "data/text_source.h"

#include <string>

#include "catch.h"
#include "temporary_folder.h"

using namespace mtt;
using Catch::Matchers::Contains;

namespace {

TextLines all(const TemporaryFolder& folder, const std::string& name, const std::string& content,
              const std::string& field) {
  return TextSource(folder.write(name, content).string(), field, "name the key by --field").next(1000);
}

}  // namespace

TEST_CASE("blank lines at the end of JSONL are passed over, others are refused with their number") {
  const TemporaryFolder folder;
  const std::string two = "{\"text\": \"a\"}\n{\"text\": \"b\"}\n";
  for (const char* end : {"", "\n", "\n\n\n", "  \n\t", "\r\n"}) {
    INFO(Value(end).json());
    CHECK(all(folder, "e.jsonl", two + end, "text").texts == std::vector<std::string>{"a", "b"});
  }
  CHECK_THROWS_WITH(all(folder, "e.jsonl", two + "\n\n{\"text\": \"c\"}\n", "text"),
                    Contains("e.jsonl:3:1") && Contains("the line is blank"));
  CHECK_THROWS_WITH(all(folder, "e.jsonl", "\n" + two, "text"), Contains("e.jsonl:1:1"));
  CHECK(all(folder, "e.jsonl", "\n\n", "text").texts.empty());
}

TEST_CASE("a line that lacks the key of the text is refused with the keys that it has") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(all(folder, "e.jsonl", "{\"id\": 1, \"body\": \"a\"}\n", "text"),
                    Contains("e.jsonl:1:1: the key \"text\" is missing, the line has \"id\", \"body\"") &&
                        Contains("--field"));
  CHECK_THROWS_WITH(all(folder, "e.csv", "id;text\n1;a\n", "text"),
                    Contains("columns are separated by commas in .csv, here they seem to be by ';'"));
}

TEST_CASE("in a text file every line is a text, also a blank one") {
  const TemporaryFolder folder;
  CHECK(all(folder, "e.txt", "a\n\nb\n\n", "").texts == std::vector<std::string>{"a", "", "b", ""});
}

TEST_CASE("a table without a field, or without its column, is refused with the remedy") {
  const TemporaryFolder folder;
  CHECK(all(folder, "e.csv", "id,text\n1,a\n2,\"b\nc\"\n\n", "text").texts ==
        std::vector<std::string>{"a", "b\nc"});
  CHECK_THROWS_WITH(all(folder, "e.csv", "id,text\n1,a\n", ""), Contains("name the key by --field"));
  CHECK_THROWS_WITH(all(folder, "e.csv", "id,text\n1,a\n", "sentence"),
                    Contains("e.csv:1") && Contains("the columns are \"id\", \"text\""));
}

TEST_CASE("text_pair is the second text of a pair, or the text where it is the field") {
  const TemporaryFolder folder;
  const std::string pairs = R"({"text": "a", "text_pair": "b"}
{"text": "c", "text_pair": ""}
)";
  const TextLines both = all(folder, "e.jsonl", pairs, "text"),
                  second = all(folder, "e.jsonl", pairs, "text_pair");
  CHECK(both.texts == std::vector<std::string>{"a", "c"});
  CHECK(both.second_texts == std::vector<std::optional<std::string>>{"b", ""});
  CHECK(second.texts == std::vector<std::string>{"b", ""});
  CHECK(second.second_texts.empty());
  CHECK(all(folder, "e.csv", "text,text_pair\na,b\n", "text").second_texts ==
        std::vector<std::optional<std::string>>{"b"});
}

TEST_CASE("some texts may have no second text") {
  const TemporaryFolder folder;
  const auto second_texts = [&](const std::string& lines) {
    return all(folder, "e.jsonl", lines, "text").second_texts;
  };
  CHECK(second_texts("{\"text\": \"a\"}\n{\"text\": \"b\", \"text_pair\": \"c\"}\n{\"text\": \"d\", "
                     "\"text_pair\": null}\n") ==
        std::vector<std::optional<std::string>>{std::nullopt, "c", std::nullopt});
  CHECK(second_texts("{\"text\": \"a\"}\n{\"text\": \"b\", \"text_pair\": null}\n").empty());
  CHECK(all(folder, "e.csv", "text,text_pair\na,b\nc,\n", "text").second_texts ==
        std::vector<std::optional<std::string>>{"b", std::nullopt});
}

TEST_CASE("a table whose name does not say so is named as one") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(all(folder, "pipe", "text,intent\nplay,music\n", "text"),
                    Contains(":1: found \"text,intent\", expected a JSON object") &&
                        Contains("ends in .csv or .tsv; give it with --input"));
  CHECK_THROWS_WITH(all(folder, "pipe", "{\"text\" \"a\"}\n", "text"), !Contains(".csv"));
}
