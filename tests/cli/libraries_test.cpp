#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "catch.h"
#include "documented_commands.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "training_experiment.h"

namespace fs = std::filesystem;

TEST_CASE(
    "the C++ program of docs/libraries.md is built against an installation, and gives what the commands give",
    "[sdk]") {
  const Training training;
  REQUIRE(training.run("run").code == 0);
  const TemporaryFolder folder;
  const std::string at = folder.path().string();
  const std::string page = file_text(fs::path(MTT_SOURCE) / "docs/libraries.md");
  folder.write("jazz.cpp", code_of(page, "cpp"));
  folder.write("CMakeLists.txt", code_of(page, "cmake"));
  const fs::path log = folder.path() / "log";
  const auto run = [&](const std::string& command) {
    INFO(command);
    const int code =
        shell("(cd '" + at + "' && export CMAKE_GENERATOR=Ninja && set -e\n" + command + "\n)", log);
    INFO(file_text(log));
    REQUIRE(code == 0);
  };
  std::string commands = code_of(page, "");
  for (const auto& [word, here] : std::map<std::string, std::string>{{"build/release", "'" MTT_BUILD "'"},
                                                                     {"\\bcmake ", MTT_CMAKE " "},
                                                                     {"\\bPREFIX\\b", "'" + at + "/prefix'"}})
    commands = std::regex_replace(commands, std::regex(word), here);
  run(commands);
  run("build/jazz '" + training.out("run").string() + "'");
  std::istringstream lines(file_text(log));
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK_THAT(first, Contains("2 x "));
  const Outcome predicted =
      mtt_program({"predict", "--model", training.out("run").string()}, "play some jazz\n");
  CHECK(second + "\n" == predicted.out);
  CHECK(shell("(cd '" + at + "' && build/jazz nowhere)", log) != 0);
}
