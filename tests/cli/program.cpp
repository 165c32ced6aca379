#include "program.h"

#include <sys/wait.h>

#include <cstdlib>

#include "temporary_folder.h"

namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace

Outcome mtt_program(const std::vector<std::string>& arguments, const std::string& input,
                    const std::vector<std::string>& environment) {
  const TemporaryFolder folder;
  folder.write("in", input);
  std::string command = "cd " + quoted(folder.path().string()) + " && env";
  for (const std::string& variable : environment) command += " " + quoted(variable);
  command += " " + quoted(MTT_PROGRAM);
  for (const std::string& argument : arguments) command += " " + quoted(argument);
  const int status = std::system((command + " < in > out 2> err").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), file_text(folder.path() / "out"),
          file_text(folder.path() / "err")};
}
