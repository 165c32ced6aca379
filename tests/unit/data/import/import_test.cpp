#include "data/import/import.h"

#include <algorithm>

#include "catch.h"
#include "data/examples.h"
#include "data/import/mixed_text.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace {

const mtt::ImportFormat& format(const std::string& name) {
  const auto& formats = mtt::import_formats();
  const auto found =
      std::find_if(formats.begin(), formats.end(), [&](const auto& f) { return f.name == name; });
  REQUIRE(found != formats.end());
  return *found;
}

using Lines = std::vector<std::string>;

/// Files of one test, and what their import gives.
struct Originals {
  TemporaryFolder folder;

  std::string write(const std::string& name, const std::string& content) const {
    return folder.write(name, content).string();
  }
  static mtt::Imported import(const std::string& name, const Lines& inputs,
                              const std::vector<mtt::KeyName>& names = {}) {
    return mtt::import_files(format(name), inputs, names);
  }
  /// The examples of one file as JSON, "split: " before those of a split.
  Lines lines(const std::string& name, const std::string& content,
              const std::vector<mtt::KeyName>& names = {}) const {
    return lines_of(import(name, {write("original", content)}, names));
  }
  static Lines lines_of(const mtt::Imported& data) {
    Lines lines;
    for (const mtt::ImportedSplit& split : data.splits)
      for (const mtt::Value& row : split.rows)
        lines.push_back((split.name.empty() ? "" : split.name + ": ") + row.json());
    return lines;
  }
  void refuses(const std::string& name, const std::string& content, const std::string& place,
               const std::string& with) const {
    INFO(content.substr(0, 80));
    const std::string file = write("original", content);
    CHECK_THROWS_WITH(import(name, {file}), Contains(file + place) && Contains(with));
  }
};

std::string snips(const std::string& pieces) { return R"({"Ask": [{"data": [)" + pieces + "]}]}"; }

}  // namespace

TEST_CASE("import snips: pieces become a text and entities in code points") {
  const Originals o;
  CHECK(
      o.lines("snips", R"({"Play": [
          {"data": [{"text": "play "}, {"text": "Señor Ж", "entity": "track"}, {"text": " by "},
                    {"text": "Ada", "entity": "artist"}]},
          {"data": [{"text": "stop"}]}], "Ask": [{"data": [{"text": "why\u00a0not"}]}]})") ==
      Lines{
          R"({"text":"play Señor Ж by Ada","intent":"Play","entities":[{"start":5,"end":12,"label":"track"},)"
          R"({"start":16,"end":19,"label":"artist"}]})",
          R"({"text":"stop","intent":"Play","entities":[]})",
          "{\"text\":\"why\xC2\xA0not\",\"intent\":\"Ask\",\"entities\":[]}"});
}

TEST_CASE("import snips: white space at the ends of texts and entities is dropped, elsewhere it stays") {
  const Originals o;
  CHECK(o.lines("snips",
                snips(R"({"text": " \n "}, {"text": " é b ", "entity": "x"}, {"text": " c\n d \n"})")) ==
        Lines{R"({"text":"é b  c\n d","intent":"Ask","entities":[{"start":0,"end":3,"label":"x"}]})"});
}

TEST_CASE("import snips: what holds no text is left out and counted") {
  const Originals o;
  const std::string file = o.write("f.json", R"({"Ask": [{"data": []},
{"data": [{"text": "a"}, {"text": " ", "entity": "x"}, {"text": "b", "entity": "y"}]}, {"data": [{"text": "\t"}]}]})");
  const mtt::Imported data = o.import("snips", {file});
  CHECK(o.lines_of(data) ==
        Lines{R"({"text":"a b","intent":"Ask","entities":[{"start":2,"end":3,"label":"y"}]})"});
  REQUIRE(data.notes.size() == 2);
  CHECK(data.notes[0].what == "entities without text, dropped");
  CHECK(data.notes[0].first.str() == file + ":2:26");
  CHECK(data.notes[1].what == "examples without text, dropped");
  CHECK(data.notes[1].count == 2);
  CHECK(data.notes[1].first.str() == file + ":1:10");
}

TEST_CASE("import snips: a byte order mark, Latin-1 and surrogate pairs are read, and counted") {
  const Originals o;
  const std::string expected =
      R"({"text":"é a","intent":"Ask","entities":[{"start":2,"end":3,"label":"x"}]})";
  const auto pieces = [](const std::string& e) {
    return snips("{\"text\": \"" + e + R"( "}, {"text": "a", "entity": "x"})");
  };
  CHECK(o.lines("snips", "\xEF\xBB\xBF" + pieces("\xC3\xA9")) == Lines{expected});
  CHECK(o.lines("snips", pieces("\xE9")) == Lines{expected});
  const std::string file = o.write("f.json", "\n" + pieces("\xE9 \xC3\xA9 \xED\xA0\xBC\xED\xBD\x95"));
  const mtt::Imported data = o.import("snips", {file});
  CHECK(data.splits[0].rows[0].at("text").string() == "é é \xF0\x9F\x8D\x95 a");
  CHECK(data.splits[0].rows[0].at("entities").array()[0].at("start").integer() == 6);
  REQUIRE(data.notes.size() == 1);
  CHECK(data.notes[0].count == 2);
  CHECK(data.notes[0].first.str() == file + ":2:30");
}

TEST_CASE("mixed text: UTF-8 stays, all else is Latin-1") {
  using mtt::read_mixed_text;
  CHECK(read_mixed_text("").utf8.empty());
  CHECK(read_mixed_text("a\xC3\xA9").repaired == 0);
  CHECK(read_mixed_text("\xC3").utf8 == "\xC3\x83");
  CHECK(read_mixed_text("\xE9\xC3\xA9").utf8 == "\xC3\xA9\xC3\xA9");
  CHECK(read_mixed_text("\xED\xA0\x80\xED\xB0\x80").utf8 == "\xF0\x90\x80\x80");
  CHECK(read_mixed_text("\xED\xAF\xBF\xED\xBF\xBF").utf8 == "\xF4\x8F\xBF\xBF");
  CHECK(read_mixed_text("\xED\xA0\x80").repaired == 3);              // a half
  CHECK(read_mixed_text("\xED\xB0\x80\xED\xA0\x80").repaired == 6);  // the halves in the wrong order
  CHECK(read_mixed_text("\xED\xA0\xED\xB0\x80\x80").repaired == 6);  // the halves cut
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(read_mixed_text(all).repaired == 128);
}

TEST_CASE("import snips: faults have their place") {
  const Originals o;
  o.refuses("snips", R"({"Ask": [{"data": [{"text": "a)", ":1:", "");
  o.refuses("snips", "", ":1:1", "");
  o.refuses("snips", "[]", ":1:1", "expected a table");
  o.refuses("snips", "{\"Ask\":\n {}}", ":2:2", "expected an array");
  o.refuses("snips", R"({"Ask": [{"text": "a"}]})", ":1:10", "'data'");
  o.refuses("snips", snips("\"a\""), ":1:20", "expected a table");
  o.refuses("snips", snips(R"({"entity": "x"})"), ":1:20", "'text'");
  o.refuses("snips", snips(R"({"text": 1})"), ":1:29", "expected a string");
  o.refuses("snips", snips(R"({"text": "a", "entity": null})"), ":1:44", "expected a string");
  o.refuses("snips", snips(R"({"text": "a", "entity": ""})"), ":1:44", "the entity has no name");
  o.refuses("snips", R"({"": [{"data": [{"text": "a"}]}]})", ":1:6", "the intent is empty");
  o.refuses("snips", "{}", "' holds no examples", "");
  o.refuses("snips", R"({"Ask": []})", "' holds no examples", "");
}

TEST_CASE("import clinc: the splits keep their order, val is dev") {
  const Originals o;
  CHECK(o.lines("clinc", R"({"oos_val": [["a", "oos"]], "val": [["b", "x"]], "oos_train": [["c", "oos"]],
          "train": [["d", "x"], ["  ", "x"]], "test": [], "oos_test": [["e", "oos"]]})") ==
        Lines{R"(oos_dev: {"text":"a","intent":"oos"})", R"(dev: {"text":"b","intent":"x"})",
              R"(oos_train: {"text":"c","intent":"oos"})", R"(train: {"text":"d","intent":"x"})",
              R"(oos_test: {"text":"e","intent":"oos"})"});
  CHECK(o.lines("clinc", "\xEF\xBB\xBF{\"val\": [[\"é\", \"x\"]]}\r\n") ==
        Lines{R"(dev: {"text":"é","intent":"x"})"});
  o.refuses("clinc", R"({"train": [["a", "x"], )", ":1:", "");
  o.refuses("clinc", R"({"valid": []})", ":1:11", "found the key \"valid\", expected train, val");
  o.refuses("clinc", R"({"train": [["a"]]})", ":1:12", "found an array of 1, expected a text and its intent");
  o.refuses("clinc", R"({"train": [["a", 3]]})", ":1:18", "expected a string");
  o.refuses("clinc", R"({"train": [["a", ""]]})", ":1:18", "the intent is empty");
  o.refuses("clinc", R"({"train": {"a": "x"}})", ":1:11", "expected an array");
  o.refuses("clinc", "{\"train\": [[\"\xE9\", \"x\"]]}", ":1:14", "not valid UTF-8");
  o.refuses("clinc", R"({"train": []})", "' holds no examples", "");
  o.refuses("clinc", R"({"train": [["a", "x"]]} {})", ":1:", "");
}

TEST_CASE("import conll: what the reader of tagged files reads, as texts and entities") {
  const Originals o;
  const Lines expected = {R"({"text":"Ada L met","entities":[{"start":0,"end":5,"label":"per"}]})",
                          R"({"text":"hello","entities":[]})"};
  CHECK(o.lines("conll", "-DOCSTART- -X- O\n\nAda NNP B-per\nL NNP I-per\nmet VBD O\n\nhello UH O\n") ==
        expected);
  CHECK(o.lines("conll",
                "\xEF\xBB\xBF"
                "Ada\tB-per\r\nL\tI-per\r\nmet\tO\r\n\t\r\nhello\tO\r\n") == expected);
  o.refuses("conll", "a\tO\nb\tX-per\n", ":2:3: ", "found the tag");
  o.refuses("conll", "a\tO\n\xE9\tO\n", ":2:1: ", "not valid UTF-8");
  o.refuses("conll", "-DOCSTART-\n", "' holds no examples", "");
}

TEST_CASE("import stsb: columns between tabs, where quotes are text") {
  const Originals o;
  CHECK(
      o.lines("stsb",
              "main-captions\tMSRvid\t2012test\t0001\t5.000\tA \"plane\tis off.\r\n"
              "forum\tanswers\t2015\t7\t0.25\t\"Yes\t\"no\"\tby A\t\tby B\n") ==
      Lines{
          R"({"text":"A \"plane","text_pair":"is off.","similarity":5.0,"genre":"MSRvid"})",
          R"({"text":"\"Yes","text_pair":"\"no\"","similarity":0.25,"genre":"answers","attribution":["by A","by B"]})"});
  CHECK(o.lines("stsb",
                "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
                "0\tmain\timages\t2012\t1\tnone\tnone\t\"A\tB\t2.5\n") ==
        Lines{R"({"text":"\"A","text_pair":"B","similarity":2.5,"genre":"images"})"});
  const mtt::Imported data =
      o.import("stsb", {o.write("f.csv", "g\tf\ty\t1\t1\ta\tb\ng\tf\ty\t2\t1\ta\t \n")});
  CHECK(data.size() == 1);
  CHECK(data.notes.at(0).first.line == 2);
  o.refuses("stsb", "g\tf\ty\t1\t1\ta\tb\ng\tf\ty\t2\t1\ta\n",
            ":2:1: ", "found 6 columns between tabs, expected genre");
  o.refuses("stsb", "g\tf\ty\t1\t1\ta\tb\n\n", ":2:1: ", "found 1 column between tabs");
  o.refuses("stsb", "g,f,y,1,1,a,b\n", ":1:1: ", "found 1 column between tabs");
  o.refuses("stsb", "g\tf\ty\t1\tmuch\ta\tb\n", ":1:9: ", "expected a number");
  o.refuses("stsb", "g\tf\ty\t1\t5.01\ta\tb\n", ":1:9: ", "from 0 to 5");
  o.refuses("stsb", "g\tf\ty\t1\t-1\ta\tb\n", ":1:9: ", "from 0 to 5");
  o.refuses("stsb", "g\tf\ty\t1\tnan\ta\tb\n", ":1:9: ", "expected a number");
  o.refuses("stsb", "filename\tsentence1\tsentence2\nf\ta\tb\n", ":1:1: ", "no column \"score\"");
  o.refuses("stsb", "filename\tscore\tsentence1\tsentence2\nf\t1\ta\tb\tc\n",
            ":2:1: ", "expected 4 as in the header");
  o.refuses("stsb", "g\tf\ty\t1\t1\t\xE9\tb\n", ":1:11: ", "not valid UTF-8");
  o.refuses("stsb", std::string("g\tf\ty\t1\t1\t\0\tb\n", 14), ":1:11: ", "NUL");
  o.refuses("stsb", "", "' holds no examples", "");
}

TEST_CASE("import csv: the header names the keys, which can get other names") {
  const Originals o;
  CHECK(o.lines("csv", "\xEF\xBB\xBFtext,wish,hurry\r\n\"a, b\",ask,0.5\r\nc,,1\r\n  ,ask,1\r\n") ==
        Lines{R"({"text":"a, b","wish":"ask","hurry":"0.5"})", R"({"text":"c","hurry":"1"})"});
  CHECK(o.lines("csv", "text,category,n\na,b,c\n", {{"text", "old"}, {"category", "text"}}) ==
        Lines{R"({"old":"a","text":"b","n":"c"})"});
  const std::string tabs = o.write("f.tsv", "text\ttext_pair\na,b\tc\n");
  CHECK(o.lines_of(o.import("csv", {tabs})) == Lines{R"({"text":"a,b","text_pair":"c"})"});
  o.refuses("csv", "text,wish\na,b,c\n", ":2:1: ", "found 3 cells, expected 2");
  o.refuses("csv", "text,wish\n\"a,b\n", ":2:1: ", "never closed");
  o.refuses("csv", "sentence,wish\na,b\n", ":2:1: ", R"(its keys are "sentence", "wish"; rename the key)");
  o.refuses("csv", "text\n\xE9\n", ":2:1: ", "not valid UTF-8");
  o.refuses("csv", "text,wish\n", "' holds no examples", "");
  o.refuses("csv", "", ":1: ", "the file is empty");
  CHECK_THROWS_WITH(o.lines("csv", "text\n \n"), Contains("none of the examples has a text"));
  CHECK_THROWS_WITH(o.lines("csv", "text,w\na,b\n", {{"v", "x"}}),
                    Contains(R"(no example has the key "v")") && Contains(R"("text", "w")"));
  CHECK_THROWS_WITH(o.lines("csv", "text,w\na,b\n", {{"w", "text"}}),
                    Contains("original:2:1: the key \"text\" already exists"));
}

TEST_CASE("import jointbert: three files a folder, or folders of a split") {
  const Originals o;
  const auto part = [&](const std::string& name, const std::string& words, const std::string& tags,
                        const std::string& intents) {
    o.write(name + "/seq.in", words);
    o.write(name + "/seq.out", tags);
    o.write(name + "/label", intents);
  };
  const std::string root = o.folder.path().string();
  part("all/train", "play  Ä b \r\nwhy\n", "O B-x I-x\nO\n", "Play\nAsk\n");
  part("all/valid", "\xEF\xBB\xBFhow\n\n", "O\n\n", "Ask\n\n");
  const Lines train = {R"({"text":"play Ä b","intent":"Play","entities":[{"start":5,"end":8,"label":"x"}]})",
                       R"({"text":"why","intent":"Ask","entities":[]})"};
  CHECK(o.lines_of(o.import("jointbert", {root + "/all/train"})) == train);
  const mtt::Imported all = o.import("jointbert", {root + "/all"});
  CHECK(o.lines_of(all) == Lines{"train: " + train[0], "train: " + train[1],
                                 R"(dev: {"text":"how","intent":"Ask","entities":[]})"});
  CHECK(all.notes.at(0).first.str() == root + "/all/valid/seq.in:2:1");
  const auto refuses = [&](const std::string& words, const std::string& tags, const std::string& intents,
                           const std::string& where, const std::string& with) {
    part("bad", words, tags, intents);
    CHECK_THROWS_WITH(o.import("jointbert", {root + "/bad"}),
                      Contains(root + "/bad" + where) && Contains(with));
  };
  refuses("a b\n", "O\n", "Ask\n", "/seq.out:1:1: ", "found 1 tags, expected 2");
  refuses("a\nb\n", "O\n", "Ask\nAsk\n", "/seq.out: ", "found 1 lines, expected 2");
  refuses("a\n", "O\n", "", "/label: ", "found 0 lines, expected 1");
  refuses("a\n", "O\n", "\n", "/label:1:1: ", "expected the intent");
  refuses("a b\n", "O  x\n", "Ask\n", "/seq.out:1:4: ", "found the tag \"x\"");
  refuses("\xE9\n", "O\n", "Ask\n", "/seq.in:1:1: ", "not valid UTF-8");
  refuses("", "", "", "' holds no examples", "");
  std::filesystem::remove(o.folder.path() / "bad/seq.out");
  CHECK_THROWS_WITH(o.import("jointbert", {root + "/bad"}), Contains("seq.out' does not exist"));
  CHECK_THROWS_WITH(o.import("jointbert", {root}), Contains("holds no seq.in"));
  CHECK_THROWS_WITH(o.import("jointbert", {root + "/all/train/label"}), Contains("is not a folder"));
  CHECK_THROWS_WITH(o.import("jointbert", {root + "/gone"}), Contains("is not a folder"));
}

TEST_CASE("import: inputs follow each other, and one without examples is named") {
  const Originals o;
  const std::string a = o.write("a.csv", "text,x\n1,2\n"), b = o.write("b.csv", "x,text\n3,4\n"),
                    none = o.write("none.csv", "text,x\n");
  CHECK(o.lines_of(o.import("csv", {b, a})) == Lines{R"({"x":"3","text":"4"})", R"({"text":"1","x":"2"})"});
  CHECK_THROWS_WITH(o.import("csv", {a, none}), Contains("none.csv' holds no examples"));
  CHECK_THROWS_WITH(
      o.import("csv", {a, o.write("c.csv", "text,text_pair\n1,2\n")}),
      Contains("in 1 of 2 examples only; the first without one is at ") && Contains("a.csv:2:1;"));
  CHECK_THROWS_WITH(o.import("csv", {o.folder.path().string()}), Contains("is a directory"));
}
