// A fingerprint of bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mtt {

/// A 128-bit digest of a sequence of items; it tells contents apart by accident, not against malice.
class Digest {
 public:
  void add(const void* bytes, std::size_t count);
  void add(std::string_view text) { add(text.data(), text.size()); }
  void add(std::int64_t number) { add(&number, sizeof number); }
  /// 32 hexadecimal digits.
  std::string hex() const;

 private:
  std::array<std::uint64_t, 2> lanes_ = {0x243f6a8885a308d3U, 0x13198a2e03707344U};
};

}  // namespace mtt
