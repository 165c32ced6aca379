// What a command says when it ends by an exception.
#pragma once

#include <string>

#include "report/console.h"

namespace mtt {

/// A program that signal n ends exits with kSignalExit + n, as shells do.
inline constexpr int kSignalExit = 128;

/// "mtt: error: ..." and a newline; control characters are escaped.
std::string error_text(const std::string& message);

/// The same for the exception that is being handled.
std::string failure_text();

/// What `work` returns. If it throws, the file that `console` keeps holds the reason too.
template <typename Work>
auto with_failure_kept(Console& console, Work work) {
  try {
    return work();
  } catch (...) {
    console.keep(failure_text());
    throw;
  }
}

}  // namespace mtt
