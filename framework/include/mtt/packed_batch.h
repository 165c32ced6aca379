// A batch of inputs without padding.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "mtt/char_span.h"
#include "mtt/export.h"

namespace mtt {

/// Neighbouring inputs of equal length: inputs first .. first+count-1, each `length` tokens long.
struct LengthGroup {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t length = 0;
};

/// The tokens of B inputs one after another, T in all. An input is what one row of the encoder sees: a text,
/// or two texts that are encoded jointly. No padding, no mask. A default batch is empty (B = 0).
struct MTT_API PackedBatch {
  // On the device of the model; on the host in `Head::prepare` and `Head::decode`.
  at::Tensor ids;        ///< int64 [T]
  at::Tensor type_ids;   ///< int64 [T]
  at::Tensor positions;  ///< int64 [T]: 0, 1, ... within each input
  at::Tensor row;        ///< int64 [T]: the number of the token's input
  at::Tensor text;       ///< int64 [T]: 0 for tokens of the first text, 1 for those of the second; -1 for
                         ///< special tokens and the prompt
  at::Tensor word;    ///< int64 [T]: the number of the token's word in its text; -1: special token or prompt
  at::Tensor starts;  ///< int64 [B+1], as `offsets`

  // Always on the host.
  std::vector<std::int64_t> offsets = {0};   ///< [B+1]: input b has the tokens offsets[b] .. offsets[b+1]-1
  std::vector<std::int64_t> prompt_lengths;  ///< [B]: leading tokens of each input that belong to its prompt
  std::vector<CharSpan> chars;  ///< [T]: range of the token in its text; {0,0} for special tokens and prompts
  std::vector<std::string_view> texts;         ///< [B]: the original texts (UTF-8), without prompts
  std::vector<std::string_view> second_texts;  ///< [B]: of inputs that are encoded jointly; empty otherwise

  std::int64_t size() const { return static_cast<std::int64_t>(offsets.size()) - 1; }  ///< B
  std::int64_t tokens() const { return offsets.back(); }                               ///< T
  std::int64_t length(std::int64_t input) const { return offsets[input + 1] - offsets[input]; }

  /// The batch as groups of neighbours of equal length, in order. Within a group, [count · length, H]
  /// can be viewed as [count, length, H].
  std::vector<LengthGroup> length_groups() const;

  /// Inputs first .. first+count-1 as a batch; tensors are views if possible.
  PackedBatch part(std::int64_t first, std::int64_t count) const;

  /// The same batch with its tensors on a device; tensors that are there already are shared.
  PackedBatch to(at::Device device) const;
};

}  // namespace mtt
