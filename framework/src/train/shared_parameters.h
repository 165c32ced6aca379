// Which trainable parameters the tasks of a model share.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/multi_task_model.h"

namespace mtt {

/// Trainable parameters as they lie under the tasks' heads. A task is balanced with others where it reaches a
/// shared parameter that is trainable.
struct SharedParameters {
  std::vector<at::Tensor> shared;
  std::vector<bool> balanced;                ///< [K]
  std::vector<at::Tensor> last_layer;        ///< the highest trainable layer that every balanced task passes
  std::vector<std::vector<at::Tensor>> own;  ///< [K]: of the heads

  /// What requires gradients at this moment.
  static SharedParameters of(const MultiTaskModel& model);

  /// [K]: NaN for the tasks that are not balanced.
  std::vector<double> of_balanced(std::vector<double> values) const;
};

}  // namespace mtt
