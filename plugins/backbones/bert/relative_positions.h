// Buckets of distances between tokens.
#pragma once

#include <cstdint>

#include "mtt/nn/layers.h"

/// The bucket of a distance key − query (Raffel et al. 2020, as in MPNet): half of the buckets for each
/// direction, of which half are single distances and the others grow logarithmically up to 128.
std::int64_t relative_bucket(std::int64_t distance, std::int64_t buckets);

/// A table [buckets, heads] → the bias [heads, length, length] of every query on every key.
at::Tensor relative_bias(const mtt::nn::Embedding& table, std::int64_t length);
