#include "program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "temporary_folder.h"

namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

void set_limit(int resource, std::uint64_t most) {
  if (most == 0) return;
  const rlimit limit{most, most};
  ::setrlimit(resource, &limit);
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

RunningProgram::RunningProgram(const std::vector<std::string>& arguments, const std::filesystem::path& out,
                               const std::filesystem::path& err, const ProgramLimits& limits) {
  std::vector<std::string> words = {MTT_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  child_ = ::fork();
  if (child_ != 0) return;
  ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDOUT_FILENO);
  ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDERR_FILENO);
  set_limit(RLIMIT_FSIZE, limits.file_bytes);
  set_limit(RLIMIT_NOFILE, limits.open_files);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

RunningProgram::~RunningProgram() {
  if (ended()) return;
  send(SIGKILL);
  wait();
}

void RunningProgram::send(int signal) const { ::kill(child_, signal); }

bool RunningProgram::ended() {
  if (!ended_ && ::waitpid(child_, &status_, WNOHANG) == child_) ended_ = true;
  return ended_;
}

int RunningProgram::wait() {
  if (!ended_) ::waitpid(child_, &status_, 0);
  ended_ = true;
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}
