#include "plugin/load_limit.h"

#include <unistd.h>

#include "io/terminal_text.h"

namespace mtt {
namespace {

constexpr unsigned kSeconds = 10;

bool is_limited = false;
const std::string* message = nullptr;  // for the signal handler, which may run on any thread

void on_alarm(int) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, message->data(), message->size());
  ::_exit(1);
}

}  // namespace

void limit_plugin_loading() { is_limited = true; }

LoadLimit::LoadLimit(const std::string& file)
    : message_(
          "mtt: error: the plugin file '" + printable(file) + "' was not loaded within " +
          std::to_string(kSeconds) +
          " seconds; look for an endless loop in its static initialisers and in its register function\n") {
  if (!is_limited) return;
  message = &message_;
  struct sigaction action {};
  action.sa_handler = on_alarm;
  ::sigaction(SIGALRM, &action, &before_);
  ::alarm(kSeconds);
}

LoadLimit::~LoadLimit() {
  if (!is_limited) return;
  ::alarm(0);
  ::sigaction(SIGALRM, &before_, nullptr);
}

}  // namespace mtt
