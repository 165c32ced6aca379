#include "train/weighting_options.h"

namespace mtt {

OptionList weighting_options() {
  return OptionList()
      .string("method", "equal", "The weighting plugin; its options are in the same table.")
      .boolean("normalize", true,
               "Whether weights are scaled to sum to the number of tasks. With this, methods do not differ "
               "in the overall scale of the loss.");
}

}  // namespace mtt
