#include "other_commands.h"

#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "experiment/other_keys.h"
#include "program.h"

namespace {

std::vector<std::string> words_of(const std::string& command) {
  std::istringstream text(command);
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

std::string help_of(const std::string& command) {
  std::vector<std::string> words = words_of(command);
  words.emplace_back("--help");
  const Outcome help = mtt_program(words);
  INFO(command << "\n" << help.err);
  CHECK(help.code == 0);
  return help.out;
}

bool lists(const std::string& help, const std::string& option) {
  return std::regex_search(help, std::regex("(^|[\\s,])" + option + "([\\s,]|$)"));
}

}  // namespace

TEST_CASE("commands and options of other programs have a name here, the likeliest first") {
  CHECK(mtt::own_command("train") == "run");
  CHECK(mtt::own_command("validate") == "data check");
  CHECK(mtt::own_command("run").empty());
  CHECK(mtt::own_options("output-dir") == std::vector<std::string_view>{"--out", "--output"});
  CHECK(mtt::own_options("threads").empty());
}

TEST_CASE("every command that stands for a command of another program exists, and is told") {
  for (const mtt::OtherName& name : mtt::other_commands()) {
    INFO(name.other << " → " << name.own);
    const std::string own(name.own);
    if (own != "--help" && own != "--version") help_of(own);
    CHECK(mtt_program({own.starts_with("--") ? own : "--help"}).code == 0);
    const Outcome refused = mtt_program({std::string(name.other)});
    CHECK(refused.code == 2);
    CHECK_THAT(refused.err, Contains("; write 'mtt " + own + "'"));
  }
}

TEST_CASE("every option that stands for an option of another program is one of a command") {
  std::map<std::string, std::string> helps;
  for (const char* command :
       {"run", "sweep", "recommend", "encode", "predict", "evaluate", "compare", "export", "report",
        "tokenize", "plugins", "plugins check", "config show", "data check"})
    helps[command] = help_of(command);
  for (const mtt::OtherName& name : mtt::other_options()) {
    INFO(name.other << " → " << name.own);
    std::size_t commands = 0;
    for (const auto& [command, help] : helps)
      commands += lists(help, std::string(name.own)) && !lists(help, "--" + std::string(name.other));
    CHECK(commands > 0);
  }
  for (const mtt::OtherName& name : mtt::other_keys()) {
    INFO(name.other << " → " << name.own);
    const std::string own(name.own);
    std::smatch found;
    if (own.starts_with("the option ")) {
      REQUIRE(std::regex_match(own, found, std::regex("the option (--[a-z-]+) of mtt ([a-z]+)")));
      CHECK(lists(helps[found[2]], found[1]));
    }
  }
}
