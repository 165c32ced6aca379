// What a head that changes its inputs is given and gives.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "mtt/random_stream.h"

namespace mtt {

/// The token ids of a model.
struct Vocabulary {
  std::int64_t size = 0;  ///< ids are 0 .. size-1
  std::int64_t mask = 0;  ///< the id of the mask token
};

/// One input of T tokens as a head changes it, on the host.
struct TransformedInput {
  at::Tensor ids;      ///< int64 [T]: what the encoder reads instead; new, since a batch is not written to
  at::Tensor targets;  ///< int64 or float [T] of a head that reads tokens, else [1]; `kNoTarget` or NaN: none
};

}  // namespace mtt
