// run_case PROGRAM ARGUMENTS...: runs a test program, in a copy of its server where there is one
// (case_server.h). run_case --stop PROGRAM: ends the server.
#include <cstdio>
#include <string_view>

#include "case_socket.h"

namespace {

constexpr int kNotStarted = 127;

std::string request(int argc, char** argv) {
  std::string bytes = std::to_string(argc - 1) + '\0';
  for (int i = 1; i < argc; ++i) bytes += std::string(argv[i]) + '\0';
  for (char** variable = environ; *variable; ++variable) bytes += std::string(*variable) + '\0';
  return bytes;
}

int start(char** argv) {
  ::execv(argv[1], argv + 1);
  std::perror(argv[1]);
  return kNotStarted;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && argv[1] == std::string_view("--stop")) {
    CaseSocket(argv[2]).connect();  // and ends without a request
    return 0;
  }
  if (argc < 2) return kNotStarted;
  const CaseSocket socket(argv[1]);
  if (!socket.connect()) return start(argv);
  std::string bytes = request(argc, argv);
  const CaseDescriptors descriptors = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO,
                                       ::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!CaseMessage(bytes).send(socket.descriptor(), descriptors)) return start(argv);
  int code = 1;
  if (::read(socket.descriptor(), &code, sizeof code) != sizeof code)
    std::fputs("the test case ended without an exit code: by a signal, exit() or _exit()\n", stderr);
  return code;
}
