#include "io/this_program.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "mtt/error.h"

namespace mtt {
namespace {

constexpr const char* kThisProgram = "/proc/self/exe";

}  // namespace

int start_this_program(const std::vector<std::string>& arguments, int out, int err) {
  std::vector<std::string> words = {"mtt"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw Error(std::string("a process cannot be started: ") + std::strerror(errno));
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // whoever waits for it may be killed too
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    ::execv(kThisProgram, argv.data());
    ::_exit(127);
  }
  return child;
}

ProcessEnd process_end(int status) {
  ProcessEnd end;
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  if (WIFEXITED(status)) end.code = WEXITSTATUS(status);
  return end;
}

}  // namespace mtt
