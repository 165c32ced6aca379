// config.json of a Pooling module.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/pooling.h"

namespace mtt {

/// What a Pooling module's file says.
struct PoolingConfig {
  Pooling pooling;
  std::int64_t dimension = 0;  ///< size of the token vectors that it names; 0: none
};

/// Reads config.json in a Pooling module's folder, in both dialects. Unknown keys and modes throw Error;
/// what sentence-transformers decides in silence (no mode at all, `pooling_mode` beside flags that say
/// something else) is decided alike and named in `warnings`.
PoolingConfig read_pooling_config(const std::filesystem::path& folder, std::vector<std::string>& warnings);

}  // namespace mtt
