// Where a run reports: what it prints is for its caller to show.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace mtt {

/// How far a long work has come; ends with this object.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `done` items make up this `share` of the work, 0 where that is unknown; `note` says more about it.
  virtual void update(std::int64_t done, double share, const std::string& note = "") = 0;
  /// Before something else is reported while the work goes on.
  virtual void clear() = 0;
};

/// Gets all that a run reports. A program gives its Console; another caller can show or drop what it likes.
class Messages {
 public:
  virtual ~Messages() = default;
  /// What was asked for.
  virtual void answer(std::string_view text) = 0;
  /// How the work goes, and what is also in a file.
  virtual void say(std::string_view text) = 0;
  /// What may be a mistake.
  virtual void warn(const std::string& message) = 0;
  /// From now on, and for what was reported before, a file holds a copy; with `append` behind what it holds
  /// already.
  virtual void keep_in(const std::filesystem::path& file, bool append) = 0;
  /// Begins a long work of `total` items; 0: unknown.
  virtual std::unique_ptr<Progress> progress(const std::string& what, std::int64_t total) = 0;
};

}  // namespace mtt
