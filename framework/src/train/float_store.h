// Floats in memory, or in a file that later runs find again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace mtt {

/// A block of floats in anonymous memory, or in a mapped file: the floats, then the digest of them. A file
/// takes its place only when it is complete; until then it has another name, and is removed if nothing comes
/// of it, by a later store if not by this one. A file that is there already is used where its size and its
/// digest are right, and made anew where they are not.
class FloatStore {
 public:
  /// An empty `file`: in memory. What the system refuses throws Error.
  FloatStore(std::int64_t floats, std::filesystem::path file);
  ~FloatStore();
  FloatStore(const FloatStore&) = delete;
  FloatStore& operator=(const FloatStore&) = delete;

  /// Puts the file in its place.
  void finish();

  float* data() const { return data_; }              ///< read-only where the store was complete at the start
  bool complete() const { return complete_; }        ///< in a file, now or from the start
  bool was_damaged() const { return was_damaged_; }  ///< there was a file, and its contents were not right

 private:
  std::string digest() const;
  bool open_complete();
  void open_new();
  void remove_abandoned() const;
  [[noreturn]] void fail(int error) const;

  std::size_t size_;
  std::filesystem::path file_;
  std::string temporary_;
  int descriptor_ = -1;
  float* data_ = nullptr;
  bool complete_ = false, was_damaged_ = false;
};

}  // namespace mtt
