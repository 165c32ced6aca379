// Tokens that stand for single bytes: <0x00> to <0xFF>.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mtt {

/// The tokens of bytes that a vocabulary has, by SentencePiece's names.
class ByteTokens {
 public:
  /// Without any.
  ByteTokens() { ids_.fill(-1); }

  /// `id_of(token)`: its id, or -1.
  template <class IdOf>
  explicit ByteTokens(const IdOf& id_of) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    for (std::size_t byte = 0; byte < 256; ++byte)
      ids_[byte] = id_of(std::string{'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'});
  }

  /// The id of a byte's token, or -1.
  std::int32_t id(char byte) const { return ids_[static_cast<unsigned char>(byte)]; }

  /// Whether every byte of a text has a token.
  bool cover(std::string_view text) const {
    return std::all_of(text.begin(), text.end(), [this](char byte) { return id(byte) >= 0; });
  }

 private:
  std::array<std::int32_t, 256> ids_{};
};

}  // namespace mtt
