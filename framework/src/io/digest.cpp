#include "io/digest.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "io/open_file.h"
#include "mtt/error.h"
#include "mtt/random_stream.h"

namespace mtt {

void Digest::take(std::uint64_t word) {
  lanes_[0] = (lanes_[0] ^ word) * 0x9ddfea08eb382d69U;
  lanes_[0] ^= lanes_[0] >> 29;
  lanes_[1] = (lanes_[1] + word) * 0xc2b2ae3d27d4eb4fU;
  lanes_[1] ^= lanes_[1] >> 31;
}

void Digest::begin(const void* bytes, std::size_t count) {
  const auto* at = static_cast<const unsigned char*>(bytes);
  for (const auto* const end = at + count; at != end; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    take(word);
  }
}

void Digest::add(const void* bytes, std::size_t count) {
  const std::size_t whole = count / 8 * 8;
  begin(bytes, whole);
  const auto* at = static_cast<const unsigned char*>(bytes);
  std::uint64_t rest = count - whole;  // the length keeps "a" and "a\0" apart
  for (std::size_t i = whole; i < count; ++i) rest = rest << 8 | at[i];
  take(rest);
}

std::string Digest::hex() const {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(splitmix64(lanes_[0])),
                static_cast<unsigned long long>(splitmix64(lanes_[1])));
  return text;
}

std::string file_digest(const std::filesystem::path& file) {
  const auto close = [](std::FILE* stream) { std::fclose(stream); };
  const std::unique_ptr<std::FILE, decltype(close)> stream(::fdopen(open_for_reading(file), "rb"), close);
  if (!stream) throw Error("file '" + file.string() + "' cannot be read: " + reason(errno));
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::vector<unsigned char> piece(kPiece);
  Digest digest;
  bool any = false;
  while (true) {
    const std::size_t count = std::fread(piece.data(), 1, kPiece, stream.get());
    if (std::ferror(stream.get()))
      throw Error("file '" + file.string() + "' cannot be read: " + reason(errno));
    any = any || count > 0;
    if (count < kPiece) {
      if (any) digest.add(piece.data(), count);
      return digest.hex();
    }
    digest.begin(piece.data(), count);
  }
}

}  // namespace mtt
