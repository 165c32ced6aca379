#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>

#include "catch.h"
#include "documented_commands.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

namespace fs = std::filesystem;

TEST_CASE("a plugin that never ends loading is named, and ends the program") {
  const std::string file =
      (fs::path(MTT_BAD_PLUGINS).parent_path() / "loads_forever/loads_forever.so").string();
  const Outcome listed = mtt_program({"plugins", file});
  CHECK(listed.code == 1);
  CHECK_THAT(listed.err,
             Contains("mtt: error: the plugin file '" + file + "' was not loaded within 10 seconds"));
  const Outcome checked = mtt_program({"plugins", "check", file});
  CHECK(checked.code == 1);
  CHECK_THAT(checked.out, Contains("FAILED") && Contains("loads and registers"));
}

TEST_CASE("what goes wrong in a plugin during a run names the task, the plugin and the call") {
  const TemporaryFolder folder;
  write_tiny_model(folder.path() / "model");
  folder.write("train.jsonl",
               "{\"text\": \"wake me\", \"mood\": \"a\"}\n{\"text\": \"play\", \"mood\": \"b\"}\n");
  folder.write("e.toml",
               "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"train.jsonl\"\ntest = \"train.jsonl\"\n"
               "[tasks.mood]\nhead = \"breaks_contract\"\n[train]\nepochs = 1\n");
  int number = 0;
  const auto run = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "run",           (folder.path() / "e.toml").string(),
        "--plugin-path", MTT_BAD_PLUGINS,
        "--out",         (folder.path() / ("run" + std::to_string(++number))).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments);
  };
  REQUIRE(run({}).code == 0);
  REQUIRE(run({"--set", "tasks.mood.how=prints"}).code == 0);
  const Outcome lines =
      mtt_program({"predict", "--model", (folder.path() / "run2").string(), "--plugin-path", MTT_BAD_PLUGINS},
                  "wake me\n");
  CHECK_THAT(lines.out,
             !Contains("is wrong") && Contains("\"mood\":{\"label\":"));  // what it prints is no data
  CHECK_THAT(lines.err, Contains("is wrong"));
  const std::string head = "mtt: error: task 'mood': the head 'breaks_contract' ";
  for (const auto& [how, code, sentence] : std::vector<std::tuple<std::string, int, std::string>>{
           {"throws", 1, head + "failed in loss: the sky fell"},
           {"misfits", 1, head + "failed in loss: The size of tensor a (2)"},
           {"exits", 1, head + "ended the whole program in loss by a call of exit()"},
           {"counts", 1, head + "counts nan targets"},
           {"detaches", 1, head + "returned a loss without a gradient"},
           {"crashes", 128 + SIGSEGV, head + "crashed in decode (SIGSEGV"},
           {"misdeclares", 1,
            "is not of the kind that the head declares (sets of classes): the key 'labels' is missing"},
           {"loses", 1, "returned 1 predictions for 2 inputs"}}) {
    const Outcome outcome = run({"--set", "tasks.mood.how=" + how});
    INFO(how << "\n" << outcome.err);
    CHECK(outcome.code == code);
    CHECK_THAT(outcome.err, Contains(sentence));
    if (code == 1 && how != "exits")
      CHECK_THAT(file_text(folder.path() / ("run" + std::to_string(number)) / "console.txt"),
                 Contains(sentence));
  }
  const Outcome idle = run({"--set", "tasks.mood.how=counts_none"});
  CHECK(idle.code == 0);
  CHECK_THAT(idle.err,
             Contains("task 'mood': in epoch 1 none of the drawn examples had a target for its head"));
  folder.write("w.toml",
               file_text(folder.path() / "e.toml") + "[weighting]\nmethod = \"breaks_weighting\"\n");
  const Outcome few =
      mtt_program({"run", (folder.path() / "w.toml").string(), "--plugin-path", MTT_BAD_PLUGINS, "--out",
                   (folder.path() / "w").string(), "--set", "weighting.how=short"});
  CHECK(few.code == 1);
  CHECK_THAT(few.err, Contains("the weighting 'breaks_weighting' returned 0 weights; expected 1"));
}

TEST_CASE("an option that has the name of a key of its table is found") {
  const Outcome outcome = mtt_program(
      {"plugins", "check", std::string(MTT_BAD_PLUGINS) + "/breaks_contract.so"}, "", {"BREAKS_NAMES=1"});
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.out, Contains("the option 'layer' has the name of a key of [tasks.<name>]"));
}

TEST_CASE("a new plugin's name and folder are checked, and nothing is left behind") {
  const TemporaryFolder folder;
  const std::string target = (folder.path() / "mine").string();
  for (const char* name : {"Mine", "9lives", "a-b", "../x", ""}) {
    const Outcome outcome = mtt_program({"plugins", "new", "head", name, target});
    INFO(name);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("is not a valid name for a new plugin"));
  }
  CHECK_THAT(mtt_program({"plugins", "new", "head", "classification", target}).err,
             Contains("the head 'classification' already exists"));
  CHECK_THAT(mtt_program({"plugins", "new", "head", "test", target}).err, Contains("CMake or LibTorch uses"));
  CHECK(mtt_program({"plugins", "new", "tail", "mine", target}).code == 2);
  folder.write("mine/notes.txt", "mine");
  CHECK_THAT(mtt_program({"plugins", "new", "head", "mine", target}).err, Contains("already exists"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  REQUIRE(mtt_program({"plugins", "new", "weighting", "word_count", target + "2"}).code == 0);
  CHECK_THAT(file_text(folder.path() / "mine2/word_count.cpp"),
             Contains("class WordCount") && Contains("MTT_PLUGIN(\"word_count\"") && !Contains("@"));
}

TEST_CASE("the head of docs/writing-a-plugin.md is the one that a new project has") {
  const TemporaryFolder folder;
  REQUIRE(mtt_program({"plugins", "new", "head", "mood", (folder.path() / "mood").string()}).code == 0);
  const std::string page = file_text(fs::path(MTT_SOURCE) / "docs/writing-a-plugin.md");
  CHECK(code_of(page, "cpp") == file_text(folder.path() / "mood/mood.cpp"));
}

TEST_CASE("what an author does: install, generate, build, check, train and predict, move", "[sdk]") {
  const TemporaryFolder folder;
  const std::string at = folder.path().string();
  const fs::path log = folder.path() / "log";
  write_tiny_model(folder.path() / "models/all-MiniLM-L6-v2");
  const auto run = [&](const std::string& command) {
    INFO(command);
    const int code = shell("(cd '" + at + "' && export MTT_MODEL_PATH='" + at +
                               "/models' MTT_THREADS=1 CMAKE_GENERATOR=Ninja && set -e\n" + command + "\n)",
                           log);
    INFO(file_text(log));
    REQUIRE(code == 0);
  };

  // A head, by the commands of docs/writing-a-plugin.md.
  std::string commands = code_of(file_text(fs::path(MTT_SOURCE) / "docs/writing-a-plugin.md"), "");
  for (const auto& [word, here] :
       std::map<std::string, std::string>{{"build/release", "'" MTT_BUILD "'"},
                                          {"\\bcmake ", MTT_CMAKE " "},
                                          {"\\bPREFIX\\b", "'" + at + "/first place'"}})
    commands = std::regex_replace(commands, std::regex(word), here);
  run(commands);
  CHECK_THAT(file_text(log), Contains("100% tests passed, 0 tests failed out of 2"));

  // The others, after the prefix has moved, twice found in one project.
  fs::rename(folder.path() / "first place", folder.path() / "moved");
  const std::string mtt = at + "/moved/bin/mtt";
  run(mtt + " plugins new weighting powers both/powers");
  run(mtt + " plugins new backbone words both/words");
  folder.write("both/CMakeLists.txt",
               "cmake_minimum_required(VERSION 3.25)\nproject(both LANGUAGES CXX)\n"
               "add_subdirectory(powers)\nadd_subdirectory(words)\n");
  run(MTT_CMAKE " -S both -B both/build -DCMAKE_PREFIX_PATH='" + at + "/moved'");
  run(MTT_CMAKE " --build both/build");
  const std::map<std::string, std::string> projects = {
      {"my-mood", "my-mood/build"}, {"both/powers", "both/build/powers"}, {"both/words", "both/build/words"}};
  for (const auto& [project, built] : projects) {
    run(mtt + " plugins check " + built + "/*.so");
    const std::string found = " --plugin-path " + built;
    run(mtt + " run " + project + "/experiment.toml" + found + " --out " + project + "/run");
    run("echo 'my phone broke again' | " + mtt + " predict --model " + project + "/run" + found);
    CHECK_THAT(file_text(log), Contains("\"mood\":{\"label\":"));
  }
}
