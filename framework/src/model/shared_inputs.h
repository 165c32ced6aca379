// The inputs of one forward pass.
#pragma once

#include "model/task.h"
#include "mtt/encoding.h"
#include "mtt/packed_batch.h"

namespace mtt {

/// A batch that several tasks read, some of them only a part of it.
struct SharedInputs {
  PackedBatch batch;
  PackedBatch texts = {};  ///< its leading inputs, for tasks on texts beside groups; empty: all of them
  Groups groups = {};      ///< of pairs and their negatives, for tasks that read groups; else empty

  const PackedBatch& leading() const { return texts.size() == 0 ? batch : texts; }
  /// The inputs that a task reads.
  const PackedBatch& read_by(const Task& task) const { return task.grouped() ? batch : leading(); }
};

}  // namespace mtt
