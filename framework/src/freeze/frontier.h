// Where learning begins.
#pragma once

#include <cstdint>
#include <vector>

#include "mtt/nn/module.h"

namespace mtt {

/// The number of leading layers that nothing trainable acts in or below, so that they can run once, without
/// gradient and without dropout; -1 where the embeddings, or a parameter of no single layer, learn. Names are
/// those of the backbone alone; a parameter learns where it requires a gradient.
std::int64_t frontier(const std::vector<nn::NamedParameter>& backbone, std::int64_t layers);

/// How many layers have parameters of their own: the depth, but fewer where layers share theirs (ALBERT:
/// one). What freezes, and how fast it learns, is counted in these.
std::int64_t own_layers(const std::vector<nn::NamedParameter>& backbone);

}  // namespace mtt
