// What is asked of a model, and its answer.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// Texts, and what is computed for them. A request owns its texts.
struct Request {
  std::vector<std::string> texts;
  /// The second texts of pairs: one per text, none where a text has none; or an empty list. Tasks on pairs
  /// need them.
  std::vector<std::optional<std::string>> second_texts = {};
  bool sentences = true;
  bool predictions = false;
  /// The task, by its place in the model, whose head changes the inputs. It alone predicts, from the changed
  /// inputs, and the response has its targets. The draws of a text depend on its number alone.
  std::optional<std::size_t> transformed_by = {};
  std::int64_t top = 0;    ///< most probable classes that each prediction lists, see add_top_classes; 0: none
  std::int64_t first = 0;  ///< how many texts came before: the number of the first text
  /// Called with the texts done so far and their share of all tokens, from any thread, one call at a time.
  /// What it throws ends the request.
  std::function<void(std::int64_t done, double share)> progress = {};

  /// Whether predictions are those of this task, where it can read the inputs.
  bool asks(std::size_t task) const { return !transformed_by || *transformed_by == task; }
};

/// The results of a request, in the order of its texts.
struct Response {
  at::Tensor sentences;  ///< float [N, D]; undefined where not asked for
  /// [task][N]: null for a text that the task does not read (a task on pairs, a text without a second one);
  /// an empty list where not asked for.
  std::vector<std::vector<Value>> predictions;
  /// [N]: the targets of the head that changed the inputs, an array for each text, null for a text that its
  /// task does not read; an empty list where no inputs were changed.
  std::vector<Value> labels;
  std::int64_t truncated = 0;  ///< texts, or pairs, of which the model takes only a part
  std::int64_t tokens = 0;
};

}  // namespace mtt
