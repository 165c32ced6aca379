// A batch of sentences without padding, and what the encoder makes of it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "mtt/char_span.h"
#include "mtt/export.h"

namespace mtt {

/// Neighbouring sentences of equal length: tokens of sentences first .. first+count-1, each `length` tokens
/// long.
struct LengthGroup {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t length = 0;
};

/// The tokens of B sentences one after another, T in all. No padding, no mask.
struct MTT_API TokenBatch {
  at::Tensor ids;                            ///< int64 [T]
  at::Tensor type_ids;                       ///< int64 [T]
  std::vector<std::int64_t> offsets;         ///< B+1: sentence b is tokens offsets[b] .. offsets[b+1]-1
  std::vector<std::int64_t> prompt_lengths;  ///< B: leading tokens of each sentence that belong to its prompt
  std::vector<std::uint8_t> special;         ///< T: 1 for [CLS], [SEP] and their kin
  std::vector<std::uint8_t>
      first_subword;            ///< T: 1 where a word of the text begins; 0 on specials and prompts
  std::vector<CharSpan> chars;  ///< T: where the token stands in the text; {0,0} on specials and prompts
  std::vector<std::string_view> texts;  ///< B: the original texts (UTF-8), without prompts

  std::int64_t sentences() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t tokens() const { return offsets.back(); }
  std::int64_t length(std::int64_t sentence) const { return offsets[sentence + 1] - offsets[sentence]; }

  /// The batch cut into groups of neighbours of equal length, in order. Within a group, [count · length, H]
  /// can be viewed as [count, length, H].
  std::vector<LengthGroup> length_groups() const;
};

/// What a head reads: the features of one forward pass, already of the layer, pooling and normalisation
/// that the head asked for.
struct Encoding {
  at::Tensor tokens;     ///< float [T, H]; undefined for a head that reads sentences or pairs
  at::Tensor sentences;  ///< float [B, D]; undefined for a head that reads tokens
  at::Tensor partners =
      {};  ///< float [B, D]: the second sentence of every pair; undefined but for a head that reads pairs
};

}  // namespace mtt
