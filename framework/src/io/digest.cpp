#include "io/digest.h"

#include <cstdio>
#include <cstring>

#include "mtt/random_stream.h"

namespace mtt {

void Digest::add(const void* bytes, std::size_t count) {
  const auto* at = static_cast<const unsigned char*>(bytes);
  const auto take = [this](std::uint64_t word) {
    lanes_[0] = (lanes_[0] ^ word) * 0x9ddfea08eb382d69U;
    lanes_[0] ^= lanes_[0] >> 29;
    lanes_[1] = (lanes_[1] + word) * 0xc2b2ae3d27d4eb4fU;
    lanes_[1] ^= lanes_[1] >> 31;
  };
  for (; count >= 8; count -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    take(word);
  }
  std::uint64_t rest = count;  // the length keeps "a" and "a\0" apart
  for (std::size_t i = 0; i < count; ++i) rest = rest << 8 | at[i];
  take(rest);
}

std::string Digest::hex() const {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(splitmix64(lanes_[0])),
                static_cast<unsigned long long>(splitmix64(lanes_[1])));
  return text;
}

}  // namespace mtt
