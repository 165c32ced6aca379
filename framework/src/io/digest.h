// A fingerprint of bytes. Only digest.cpp knows xxHash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace mtt {

/// XXH3-128 of a sequence of items. The length of each item follows it, so that ("ab", "c") and ("a", "bc")
/// differ. It tells contents apart by accident, not against malice.
class Digest {
 public:
  Digest();
  ~Digest();

  void add(const void* bytes, std::size_t count);
  void add(std::string_view text) { add(text.data(), text.size()); }
  void add(std::int64_t number) { add(&number, sizeof number); }
  /// 32 hexadecimal digits.
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// XXH3-128 of a file's bytes, as `xxh128sum` prints it. The file is read in pieces, so that its size costs
/// no memory. A file that is missing or cannot be read throws Error.
std::string file_digest(const std::filesystem::path& file);

}  // namespace mtt
