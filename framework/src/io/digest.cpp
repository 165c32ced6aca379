#include "io/digest.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstdio>
#include <vector>

#include "io/open_file.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

std::string hex_of(const XXH3_state_t& state) {
  const XXH128_hash_t hash = XXH3_128bits_digest(&state);
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

}  // namespace

struct Digest::State {
  XXH3_state_t xxh;
};

Digest::Digest() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh); }

Digest::~Digest() = default;

void Digest::add(const void* bytes, std::size_t count) {
  const std::uint64_t length = count;
  if (count > 0) XXH3_128bits_update(&state_->xxh, bytes, count);
  XXH3_128bits_update(&state_->xxh, &length, sizeof length);
}

std::string Digest::hex() const { return hex_of(state_->xxh); }

std::string file_digest(const std::filesystem::path& file) {
  const auto close = [](std::FILE* stream) { std::fclose(stream); };
  const std::unique_ptr<std::FILE, decltype(close)> stream(::fdopen(open_for_reading(file), "rb"), close);
  if (!stream) throw Error("file '" + file.string() + "' cannot be read: " + reason(errno));
  const auto state = std::make_unique<XXH3_state_t>();
  XXH3_128bits_reset(state.get());
  std::vector<unsigned char> piece(kPiece);
  std::size_t count = kPiece;
  while (count == kPiece) {
    count = std::fread(piece.data(), 1, kPiece, stream.get());
    if (std::ferror(stream.get()))
      throw Error("file '" + file.string() + "' cannot be read: " + reason(errno));
    XXH3_128bits_update(state.get(), piece.data(), count);
  }
  return hex_of(*state);
}

}  // namespace mtt
