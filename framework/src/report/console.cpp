#include "report/console.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "io/file.h"
#include "io/standard_output.h"
#include "io/terminal_text.h"
#include "mtt/error.h"
#include "report/progress_bar.h"
#include "report/verbosity.h"

namespace mtt {

struct Console::Impl {
  spdlog::logger log{"mtt", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  std::string transcript;
  std::ofstream file;
};

Console::Console() : impl_(std::make_unique<Impl>()) { impl_->log.set_pattern("mtt: %l: %v"); }
Console::~Console() = default;

void Console::keep(std::string_view text) {
  const std::string plain = without_colours(text);
  if (impl_->file.is_open())
    impl_->file << plain << std::flush;
  else
    impl_->transcript += plain;
}

void Console::answer(std::string_view text) {
  const std::string safe = printable_text(text);
  write_standard_output(safe);
  keep(safe);
}

void Console::say(std::string_view text) {
  if (verbosity() != Verbosity::quiet) return answer(text);
  keep(printable_text(text));
}

void Console::warn(const std::string& message) {
  const std::string safe = printable_text(message);
  impl_->log.warn(safe);
  keep("mtt: warning: " + safe + "\n");
}

void Console::note(const std::string& message) {
  if (verbosity() == Verbosity::verbose) impl_->log.info(printable_text(message));
}

void Console::keep_in(const std::filesystem::path& file, bool append) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 32;
  const bool there = append && std::filesystem::exists(file);
  write_file_atomically(file, (there ? read_file(file, kMostBytes) : "") + impl_->transcript);
  impl_->transcript.clear();
  impl_->file.open(file, std::ios::app | std::ios::binary);
  if (!impl_->file) throw Error("file '" + file.string() + "' cannot be written: " + std::strerror(errno));
}

std::unique_ptr<Progress> Console::progress(const std::string& what, std::int64_t total) {
  return std::make_unique<ProgressBar>(what, total);
}

}  // namespace mtt
