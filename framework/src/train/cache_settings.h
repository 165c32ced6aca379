// Where the outputs of frozen layers are kept: the keys of [cache], read once.
#pragma once

#include <cstdint>
#include <filesystem>

#include "mtt/options.h"

namespace mtt {

/// The keys of [cache].
OptionList cache_options();

/// The keys of [cache].
struct CacheSettings {
  enum class Where { none, memory, disk };
  Where where = Where::memory;
  std::int64_t bytes = 0;                ///< of all caches together, at most
  std::filesystem::path directory = {};  ///< of a disk cache; empty: in the run's directory

  /// Takes what `cache_options` declares.
  static CacheSettings read(const Options& cache);
};

}  // namespace mtt
