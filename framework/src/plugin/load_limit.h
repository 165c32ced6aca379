// How long a plugin file may take to load.
#pragma once

#include <csignal>
#include <string>

namespace mtt {

/// Lets LoadLimit end this process. A program calls it that owns its process; a library must not.
void limit_plugin_loading();

/// While it lives, for one file at a time, loading may take ten seconds, if limit_plugin_loading was called. Later the program ends with exit
/// code 1 and a sentence that names the file: an endless loop in a static initialiser cannot be left
/// otherwise.
class LoadLimit {
 public:
  explicit LoadLimit(const std::string& file);
  ~LoadLimit();
  LoadLimit(const LoadLimit&) = delete;
  LoadLimit& operator=(const LoadLimit&) = delete;

 private:
  std::string message_;
  struct sigaction before_ {};
};

}  // namespace mtt
