// The interface to which a run reports; the caller decides what is shown.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace mtt {

/// The progress of a long operation; it ends with this object.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `done` items are this `share` of all; 0 if the share is unknown. `note` is shown with them.
  virtual void update(std::int64_t done, double share, const std::string& note = "") = 0;
  /// Called before something else is reported during the operation.
  virtual void clear() = 0;
};

/// Receives the output of a run. The command line passes its Console; other callers can use their own class.
class Messages {
 public:
  virtual ~Messages() = default;
  /// The requested result.
  virtual void answer(std::string_view text) = 0;
  /// Progress, and results that are also in a file.
  virtual void say(std::string_view text) = 0;
  /// A possible mistake.
  virtual void warn(const std::string& message) = 0;
  /// Copies all output, including earlier output, to a file. `append` keeps the existing contents of the
  /// file.
  virtual void keep_in(const std::filesystem::path& file, bool append) = 0;
  /// Begins a long operation with `total` items; 0: unknown.
  virtual std::unique_ptr<Progress> progress(const std::string& what, std::int64_t total) = 0;
};

}  // namespace mtt
