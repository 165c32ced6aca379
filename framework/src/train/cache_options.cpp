#include "train/cache_options.h"

namespace mtt {

OptionList cache_options() {
  return OptionList()
      .choice("where", "memory", {"none", "memory", "disk"},
              "Where the outputs of frozen layers are cached; with a cache they are computed once per text.")
      .integer("limit_mb", 1024, 1, 1 << 30,
               "Maximum size of the cache in MB; texts beyond it are computed again in every step.")
      .string("directory", "",
              "Folder of a disk cache, which later runs can use again; empty: in the run's directory.");
}

}  // namespace mtt
