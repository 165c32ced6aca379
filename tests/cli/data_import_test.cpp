#include <algorithm>
#include <filesystem>
#include <sstream>

#include "catch.h"
#include "data/examples.h"
#include "program.h"
#include "temporary_folder.h"

namespace fs = std::filesystem;

namespace {

struct Import {
  TemporaryFolder folder;

  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  Outcome run(const std::string& format, const std::vector<std::string>& inputs, const std::string& output,
              const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"data", "import", format};
    for (const std::string& input : inputs) arguments.push_back(path(input));
    arguments.insert(arguments.end(), {"--output", path(output)});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder.path()))
      names.push_back(fs::relative(entry.path(), folder.path()).string());
    std::sort(names.begin(), names.end());
    return names;
  }
};

const char kClinc[] =
    R"({"train": [["a", "x"], ["b", "y"], [" ", "y"]], "val": [["c", "x"]], "oos_val": []})";

/// The next block of a page that is fenced as `kind`, behind `at`, which moves behind it.
std::string block(const std::string& page, const std::string& kind, std::size_t& at) {
  const std::string fence = "```" + kind + "\n";
  const std::size_t begin = page.find(fence, at) + fence.size();
  REQUIRE(begin >= fence.size());
  at = page.find("```", begin);
  return page.substr(begin, at - begin);
}

}  // namespace

TEST_CASE("the import of docs/data.md is what the program does") {
  const std::string page = file_text(std::string(MTT_SOURCE) + "/docs/data.md");
  std::size_t at = page.find("## Importing public data sets");
  REQUIRE(at != std::string::npos);
  const Import i;
  i.folder.write("train_Wish_full.json", block(page, "json", at));
  const Outcome outcome = i.run("snips", {"train_Wish_full.json"}, "wishes.jsonl");
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(outcome.out == i.path("") + block(page, "text", at));
  CHECK(file_text(i.path("wishes.jsonl")) == block(page, "json", at));
}

TEST_CASE("a table with two columns of texts becomes pairs, with the names that are given") {
  const Import i;
  i.folder.write(
      "questions.csv",
      "id,question1,question2,same\n1,\"How, then?\",Why?,1\n2,What?,,0\n3,Who?,\"Who\nis it?\",0\n");
  const auto import = [&](const std::string& first, const std::string& second) {
    return i.run("csv", {"questions.csv"}, "pairs.jsonl",
                 {"--rename", first + "=text", "--rename", second + "=text_pair"});
  };
  const Outcome wrong = import("question1", "question_2");
  CHECK(wrong.code == 1);
  CHECK_THAT(wrong.err, Contains("no example has the key \"question_2\" that is to be renamed; the first has "
                                 "\"id\", \"text\", \"question2\", \"same\""));
  const Outcome outcome = import("question1", "question2");
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, Contains("examples without text, dropped: 1, the first at ") && Contains(":3:1"));
  CHECK(file_text(i.path("pairs.jsonl")) ==
        R"({"id":"1","text":"How, then?","text_pair":"Why?","same":"1"}
{"id":"3","text":"Who?","text_pair":"Who\nis it?","same":"0"}
)");
}

TEST_CASE("an import of splits is a directory, complete or not there") {
  const Import i;
  i.folder.write("full.json", kClinc);
  const Outcome outcome = i.run("clinc", {"full.json"}, "new/clinc", {"--rename", "intent=wish"});
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  const std::string out = i.path("new/clinc");
  CHECK(outcome.out == out + "/train.jsonl: 2 examples; wish: 2 labels\n" + out +
                           "/dev.jsonl: 1 example; wish: 1 label\nnote: examples without text, dropped: 1, "
                           "the first at " +
                           i.path("full.json") + ":1:36\n");
  CHECK(i.names() == std::vector<std::string>{"full.json", "new", "new/clinc", "new/clinc/dev.jsonl",
                                              "new/clinc/train.jsonl"});
  CHECK(mtt::read_examples(out + "/train.jsonl").labels("wish")[1].string() == "y");
  CHECK_THAT(i.run("clinc", {"full.json"}, "new/clinc").err, Contains("already exists"));
  CHECK(i.names().size() == 5);
}

TEST_CASE("an import that fails says why with exit code 1 and leaves nothing behind") {
  const Import i;
  i.folder.write("full.json", kClinc);
  i.folder.write("cut.json", std::string(kClinc).substr(0, 40));
  i.folder.write("a.csv", "text,x\na,b\n");
  i.folder.write("there.jsonl", "mine");
  i.folder.write("bad/seq.in", "a\n");
  i.folder.write("parts/train/seq.in", "a\n");
  for (const char* name : {"parts/train/", "whole/"}) {
    i.folder.write(std::string(name) + "seq.in", "a\n");
    i.folder.write(std::string(name) + "seq.out", "O\n");
    i.folder.write(std::string(name) + "label", "x\n");
  }
  const std::vector<std::string> before = i.names();
  const auto fails = [&](const Outcome& outcome, const std::string& with) {
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 1);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, Contains("mtt: error: ") && Contains(with));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  };
  fails(i.run("csv", {"a.csv"}, "there.jsonl"), "there.jsonl' already exists; remove it");
  fails(i.run("clinc", {"full.json"}, "bad"), "already exists; give a new or an empty directory");
  fails(i.run("clinc", {"full.json"}, "new.jsonl"), "has the splits train, dev, but the output");
  fails(i.run("csv", {"a.csv"}, "new"), "expected a name that ends in .jsonl");
  fails(i.run("jointbert", {"parts", "whole"}, "new"), "import them one by one");
  fails(i.run("clinc", {"full.json", "cut.json"}, "new"), "cut.json:1:41: the text ends");
  fails(i.run("csv", {"gone.csv"}, "new.jsonl"), "gone.csv' does not exist");
  fails(i.run("jointbert", {"bad"}, "new.jsonl"), "seq.out' does not exist");
  for (const char* rename : {"text", "=text", "x="})
    fails(i.run("csv", {"a.csv"}, "new.jsonl", {"--rename", rename}), "--rename is '");
  CHECK(i.names() == before);
  CHECK(file_text(i.path("there.jsonl")) == "mine");
}

TEST_CASE("a format that is not known is exit code 2, and --help names those that are") {
  const Import i;
  const Outcome wrong = i.run("toml", {"a"}, "b.jsonl");
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, Contains("snips") && Contains("jointbert"));
  CHECK(mtt_program({"data", "import", "csv", "a.csv"}).code == 2);
  CHECK_THAT(mtt_program({"data", "import", "--help"}).out,
             Contains("clinc") && Contains("GLUE") && Contains("--rename"));
}

TEST_CASE("the imports of experiments/data/README.md are commands that the program knows") {
  std::istringstream page(file_text(std::string(MTT_SOURCE) + "/experiments/data/README.md"));
  int commands = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("mtt data import ")) continue;
    std::istringstream words(line);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    arguments.erase(arguments.begin());
    const Outcome outcome = mtt_program(arguments);  // in an empty folder
    INFO(line << "\n" << outcome.err);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("does not exist") || Contains("is not a folder"));
    ++commands;
  }
  CHECK(commands == 8);
}
