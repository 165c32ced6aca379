// What is asked of a model, and its answer.
#pragma once

#include <ATen/core/Tensor.h>

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
  std::int64_t top = 0;    ///< most probable classes that each prediction lists, see add_top_classes; 0: none
  std::int64_t first = 0;  ///< how many texts came before, for messages that number them
  /// Called with the texts done so far and their share of all tokens, from any thread, one call at a time.
  /// What it throws ends the request.
  std::function<void(std::int64_t done, double share)> progress = {};
};

/// The results of a request, in the order of its texts.
struct Response {
  at::Tensor sentences;  ///< float [N, D]; undefined where not asked for
  /// [task][N]: null for a text that the task does not read (a task on pairs, a text without a second one);
  /// an empty list where not asked for.
  std::vector<std::vector<Value>> predictions;
  std::int64_t truncated = 0;  ///< texts, or pairs, of which the model takes only a part
  std::int64_t tokens = 0;
};

}  // namespace mtt
