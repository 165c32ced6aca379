#include "train/cache_settings.h"

#include <string>
#include <vector>

namespace mtt {
namespace {

constexpr std::int64_t kBytesPerMb = std::int64_t{1} << 20;

}  // namespace

OptionList cache_options() {
  return OptionList()
      .choice("where", "memory", {"none", "memory", "disk"},
              "Where the outputs of frozen layers are cached; with a cache they are computed once per text.")
      .integer("limit_mb", 1024, 1, 1 << 30,
               "Maximum size of the cache in MB; texts beyond it are computed again in every step.")
      .string("directory", "",
              "Folder of a disk cache, which later runs can use again; empty: in the run's directory.");
}

CacheSettings CacheSettings::read(const Options& cache) {
  const std::string& where = cache.string("where");
  return {.where = where == "none"   ? Where::none
                   : where == "disk" ? Where::disk
                                     : Where::memory,
          .bytes = cache.integer("limit_mb") * kBytesPerMb,
          .directory = cache.string("directory")};
}

}  // namespace mtt
