// What a task reads.
#pragma once

#include <cstdint>
#include <optional>

#include "model/pooling.h"

namespace mtt {

/// Which inputs a task reads: texts alone, texts and their second texts encoded jointly, or these where an
/// example has a second text. A task that reads groups reads `text`.
enum class InputKind { text, joint, text_or_joint };

/// The layer, pooling and normalisation of a task.
struct Reading {
  std::int64_t layer = -1;  ///< output of which layer: 0 the embeddings, 1 the first layer, ...; -1: the last
  std::optional<Pooling> pooling;  ///< none: the model's own poolings and dense layers
  bool normalize = false;          ///< whether sentence vectors are divided by their length

  std::int64_t layer_in(std::int64_t depth) const { return layer < 0 ? depth : layer; }
  bool operator==(const Reading&) const = default;
};

}  // namespace mtt
