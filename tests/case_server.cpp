#include "case_server.h"

#include <poll.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "case_socket.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace {

constexpr int kIdleMilliseconds = 60'000;
constexpr std::size_t kMaxRequestBytes = 1u << 20;

/// Strings that end in zeros: the number of arguments, the arguments, the environment.
std::vector<std::string> strings_of(const std::string& bytes) {
  std::vector<std::string> strings;
  for (std::size_t at = 0, end; (end = bytes.find('\0', at)) != bytes.npos; at = end + 1)
    strings.push_back(bytes.substr(at, end - at));
  return strings;
}

void take_over(const CaseDescriptors& descriptors) {
  for (int i = 0; i < 3; ++i) ::dup2(descriptors[static_cast<std::size_t>(i)], i);
  if (::fchdir(descriptors[3]) != 0) std::_Exit(1);
  for (const int descriptor : descriptors) ::close(descriptor);
}

int leaks() {
#ifdef __SANITIZE_ADDRESS__
  return __lsan_do_recoverable_leak_check();
#else
  return 0;
#endif
}

[[noreturn]] void answer(int connection, const std::vector<std::string>& strings,
                         const std::function<int(int, char**)>& run) {
  std::signal(SIGCHLD, SIG_DFL);
  ::fcntl(connection, F_SETOWN,
          ::getpid());  // SIGIO ends this process when run_case ends, at a timeout for example
  ::fcntl(connection, F_SETFL, O_ASYNC);
  const std::size_t count = std::stoul(strings.front());
  std::vector<std::string> arguments(strings.begin() + 1,
                                     strings.begin() + 1 + static_cast<std::ptrdiff_t>(count));
  ::clearenv();
  for (std::size_t i = 1 + count; i < strings.size(); ++i)
    if (const std::size_t equals = strings[i].find('='); equals != std::string::npos)
      ::setenv(strings[i].substr(0, equals).c_str(), strings[i].c_str() + equals + 1, 1);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int code = run(static_cast<int>(count), argv.data());
  std::fflush(nullptr);
  if (leaks() != 0 && code == 0) code = 1;
  const bool told = ::write(connection, &code, sizeof code) == sizeof code;
  std::_Exit(told ? code : 1);
}

}  // namespace

int serve_cases(const std::filesystem::path& program, const std::function<int(int, char**)>& run) {
  const CaseSocket socket(program);
  if (!socket.listen()) {
    std::perror("no server of test cases, each starts the program");
    return 0;
  }
  if (::daemon(1, 0) != 0) return 1;
  std::signal(SIGCHLD, SIG_IGN);
  std::string bytes(kMaxRequestBytes, '\0');
  for (pollfd wait{socket.descriptor(), POLLIN, 0}; ::poll(&wait, 1, kIdleMilliseconds) == 1;) {
    const int connection = ::accept4(socket.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    CaseDescriptors descriptors{};
    const std::size_t count = CaseMessage(bytes).receive(connection, descriptors);
    if (count == 0) break;  // --stop
    if (::fork() == 0) {
      take_over(descriptors);
      answer(connection, strings_of(bytes.substr(0, count)), run);
    }
    for (const int descriptor : descriptors) ::close(descriptor);
    ::close(connection);
  }
  socket.remove();
  return 0;
}
