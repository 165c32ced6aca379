#include "data/conll.h"

#include "catch.h"
#include "mtt/error.h"

using mtt::parse_conll;

namespace {

/// "text | 0-2 label | 3-5 label" for each sentence.
std::vector<std::string> read(std::string_view bytes) {
  std::vector<std::string> result;
  for (const mtt::TaggedSentence& sentence : parse_conll(bytes, "f.conll")) {
    std::string line = sentence.text;
    for (const mtt::Value& span : sentence.spans.array())
      line += " | " + std::to_string(span.at("start").integer()) + "-" +
              std::to_string(span.at("end").integer()) + " " + span.at("label").string();
    result.push_back(line);
  }
  return result;
}

using Sentences = std::vector<std::string>;

}  // namespace

TEST_CASE("conll: the variants of files") {
  const Sentences expected = {"Anna met Ada Lovelace | 0-4 per | 9-21 per", "hello"};
  CHECK(read("Anna\tB-per\nmet\tO\nAda\tB-per\nLovelace\tI-per\n\nhello\tO\n") == expected);
  CHECK(read("Anna B-per\r\nmet O\r\nAda B-per\r\nLovelace I-per\r\n\r\n\r\nhello O") == expected);
  CHECK(read("\n\nAnna NNP  B-per\nmet VBD  O\nAda NNP B-per\nLovelace NNP I-per\n \t\nhello UH O\n\n") ==
        expected);
  CHECK(read("-DOCSTART- -X- -X- O\n\nAnna x x B-per\nmet x x O\nAda x x B-per\nLovelace x x I-per\n"
             "-DOCSTART- -X- O O\nhello x x O\n") == expected);
  CHECK(read("-DOCSTART-\nAnna\tB-per\t\nmet\tO \nAda\tB-per\nLovelace\tI-per\n\nhello\tO\n") == expected);
  CHECK(read("# id = 1\nAnna\tB-per\nmet\tO\n#\nAda\tB-per\nLovelace\tI-per\n\n"
             "# text = hello O\nhello\tO\n") == expected);
  CHECK(read("# id 1\nAnna B-per\nmet O\nAda B-per\nLovelace I-per\n\n# say hello O\nhello O\n") == expected);
  CHECK(read("").empty());
  CHECK(read("\n# nothing\n\n").empty());
}

TEST_CASE("conll: a hash sign that is a token, and a token with a space") {
  CHECK(read("go\tO\n#NFL\tB-x\n#\tO\n") == Sentences{"go #NFL # | 3-7 x"});
  CHECK(read("go O\n# B-x\n") == Sentences{"go # | 3-4 x"});
  CHECK(read("New York\tB-loc\nnow\tO\n") == Sentences{"New York now | 0-8 loc"});
}

TEST_CASE("conll: IOB1, IOB2 and BIOES are read into the same spans, in code points") {
  const Sentences expected = {"\xC3\x84 b \xF0\x9F\x98\x82 d e | 0-3 x | 4-5 x | 8-9 y"};
  CHECK(read("\xC3\x84\tI-x\nb\tI-x\n\xF0\x9F\x98\x82\tB-x\nd\tO\ne\tI-y\n") == expected);
  CHECK(read("\xC3\x84\tB-x\nb\tI-x\n\xF0\x9F\x98\x82\tB-x\nd\tO\ne\tB-y\n") == expected);
  CHECK(read("\xC3\x84\tB-x\nb\tE-x\n\xF0\x9F\x98\x82\tS-x\nd\tO\ne\tS-y\n") == expected);
}

TEST_CASE("conll: BILOU, IOE1, IOE2 and tags without a label") {
  const Sentences expected = {"a b c d e f | 0-3 x | 4-5 x | 8-11 y"};
  CHECK(read("a\tB-x\nb\tL-x\nc\tU-x\nd\tO\ne\tB-y\nf\tL-y\n") == expected);
  CHECK(read("a\tU-x\nb\tI-x\nc\tL-x\nd\tI-x\n") == Sentences{"a b c d | 0-1 x | 2-5 x | 6-7 x"});
  CHECK(read("a\tI-x\nb\tE-x\nc\tE-x\nd\tO\ne\tI-y\nf\tE-y\n") == expected);
  CHECK(read("a\tI-x\nb\tE-x\nc\tI-x\nd\tO\ne\tI-y\nf\tI-y\n") == expected);
  CHECK(read("a\tB-x\nb\tE-y\nc\tE-y\n") == Sentences{"a b c | 0-1 x | 2-3 y | 4-5 y"});
  CHECK(read("a\tE-x\n\nb\tE-x\n") == Sentences{"a | 0-1 x", "b | 0-1 x"});
  CHECK(read("a\tB\nb\tI\nc\tB\nd\tO\n") == Sentences{"a b c d | 0-3 entity | 4-5 entity"});
  CHECK(read("a\tB\nb\tE\nc\tS\nd\tU\n") == Sentences{"a b c d | 0-3 entity | 4-5 entity | 6-7 entity"});
}

TEST_CASE("conll: a tag that only goes on begins a span where none of its label is open, as in conlleval") {
  CHECK(read("a\tO\nb\tI-x\n") == Sentences{"a b | 2-3 x"});
  CHECK(read("a\tB-x\nb\tI-y\nc\tI-y\n") == Sentences{"a b c | 0-1 x | 2-5 y"});
  CHECK(read("a\tS-x\nb\tI-x\n") == Sentences{"a b | 0-1 x | 2-3 x"});
  CHECK(read("a\tI-x\n\nb\tI-x\n") == Sentences{"a | 0-1 x", "b | 0-1 x"});
  CHECK(read("a\tB-creative-work\n") == Sentences{"a | 0-1 creative-work"});
}

TEST_CASE("conll: sentences and spans know their lines") {
  const auto sentences = parse_conll("a\tO\n\nb\tO\nc\tI-x\n", "f.conll");
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[1].spans.place().str() == "f.conll:3:1");
  CHECK(sentences[1].spans.array()[0].place().str() == "f.conll:4:3");
}

TEST_CASE("conll: every fault has its place and says what to do") {
  const auto refuses = [](std::string_view bytes, const std::string& place, const std::string& with) {
    INFO(bytes.substr(0, 60));
    CHECK_THROWS_WITH(parse_conll(bytes, "f.conll"), Contains(place) && Contains(with));
  };
  refuses("a\tO\nb\n", "f.conll:2:1:", "found 1 column, expected 2 separated by tabs");
  refuses("a O\nb c O\n", "f.conll:2:1:", "found 3 columns, expected 2 separated by spaces");
  refuses("alone\n", "f.conll:1:1:", "found 1 column, expected two");
  refuses("a\tO\n\tO\n", "f.conll:2:1:", "the token is empty");
  refuses("a\tO\nb\tB-\n", "f.conll:2:3:", "names no label");
  refuses("a\tO\nb\tX-per\n", "f.conll:2:3:", "expected O, or B, I");
  refuses("wake me at six\n", "f.conll:1:12:", "found the tag \"six\"");
  refuses("a\tO\nb\to\n", "f.conll:2:3:", "expected O, or B, I");
  refuses(
      "\xEF\xBB\xBF"
      "a\tO\n",
      "f.conll:1:", "byte order mark");
  refuses(std::string_view("a\tO\n\0\tO\n", 8), "f.conll:2:1:", "NUL");
  refuses("a\tO\n\xC3\tO\n", "f.conll:2:1:", "not valid UTF-8");
}
