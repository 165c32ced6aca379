// What a command prints: results to standard output, everything else to standard error, all of it to a file
// if asked.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "report/messages.h"

namespace mtt {

/// All output goes through this class. Control characters are escaped, except line ends, tabs and colours.
/// Warnings are also kept for the file when they come before `keep_in`.
class Console final : public Messages {
 public:
  Console();
  ~Console() override;
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Standard output: what the command was asked for.
  void answer(std::string_view text) override;
  /// Standard output, unless the program is quiet: progress, and results that are also in a file.
  void say(std::string_view text) override;
  /// Standard error, as "mtt: warning: ...".
  void warn(const std::string& message) override;
  /// Standard error, as "mtt: info: ...", if the program is verbose: for debugging.
  void note(const std::string& message);

  /// Only the file, for text that is printed elsewhere.
  void keep(std::string_view text);

  /// Copies all output, including earlier output, to a file, without colours. `append` keeps the existing
  /// contents of the file.
  void keep_in(const std::filesystem::path& file, bool append = false) override;

  /// A ProgressBar.
  std::unique_ptr<Progress> progress(const std::string& what, std::int64_t total) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mtt
