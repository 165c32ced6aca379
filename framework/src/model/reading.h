// What a head reads of the shared encoding.
#pragma once

#include <cstdint>
#include <optional>

#include "model/pooling.h"

namespace mtt {

/// The layer, pooling and normalisation of a task.
struct Reading {
  std::int64_t layer = -1;  ///< output of which layer: 0 the embeddings, 1 the first layer, ...; -1: the last
  std::optional<Pooling> pooling;  ///< none: the model's own poolings and dense layers
  bool normalize = false;          ///< whether sentence vectors are divided by their length

  std::int64_t layer_in(std::int64_t depth) const { return layer < 0 ? depth : layer; }
  bool operator==(const Reading&) const = default;
};

}  // namespace mtt
