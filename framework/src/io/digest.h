// A fingerprint of bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace mtt {

/// A 128-bit digest of a sequence of items; it tells contents apart by accident, not against malice.
class Digest {
 public:
  void add(const void* bytes, std::size_t count);
  /// The beginning of an item whose end `add` takes; `count` is a multiple of 8.
  void begin(const void* bytes, std::size_t count);
  void add(std::string_view text) { add(text.data(), text.size()); }
  void add(std::int64_t number) { add(&number, sizeof number); }
  /// 32 hexadecimal digits.
  std::string hex() const;

 private:
  void take(std::uint64_t word);

  std::array<std::uint64_t, 2> lanes_ = {0x243f6a8885a308d3U, 0x13198a2e03707344U};
};

/// The digest of a file's bytes as one item, of an empty file that of no item; the file is read in pieces, so
/// that its size costs no memory. A file that is missing or cannot be read throws Error.
std::string file_digest(const std::filesystem::path& file);

}  // namespace mtt
