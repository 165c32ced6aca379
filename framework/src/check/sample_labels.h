// Made-up labels for checks of heads.
#pragma once

#include <cstdint>
#include <vector>

#include "mtt/head.h"
#include "mtt/packed_batch.h"

namespace mtt {

/// Labels of six sentences, the fourth without one.
using SampleLabels = std::vector<Value>;

/// What the head itself gives as examples, one after another.
SampleLabels repeated_labels(const std::vector<Value>& examples);

/// Labels to try for a head that declares a kind; for one that does not, labels of all kinds. `inputs` is the
/// number of inputs of an example in `batch`.
std::vector<SampleLabels> sample_labels(LabelKind kind, const PackedBatch& batch, std::int64_t inputs);

}  // namespace mtt
