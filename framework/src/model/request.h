// What is asked of a model, and its answer.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mtt/value.h"
#include "text/truncation.h"

namespace mtt {

/// Texts, and what is computed for them. A request owns its texts.
struct Request {
  std::vector<std::string> texts = {};
  /// The second texts of pairs: one per text, none where a text has none; or an empty list. Tasks on pairs
  /// need them.
  std::vector<std::optional<std::string>> second_texts = {};
  /// Instead of texts: inputs as token ids, with all special tokens. They have no prompt, and no predictions,
  /// and are not truncated.
  std::vector<std::vector<std::int32_t>> token_ids = {};
  std::optional<std::string> prompt = {};  ///< the text before each text; none: the prompt of the session
  bool truncates = true;  ///< false: a text that is too long ends the request, see Response::too_long
  /// Which end of a text that is too long is cut; none: the end that the tokenizer names.
  std::optional<TruncatedEnd> truncated_end = {};

  bool sentences = true;
  std::optional<bool> normalize = {};  ///< of sentence vectors, to length 1; none: as the model does
  bool token_vectors = false;
  bool predictions = false;
  std::vector<std::size_t> tasks = {};  ///< that predict, by their places in the model; empty: all
  /// The task, by its place in the model, whose head changes the inputs. It alone predicts, from the changed
  /// inputs, and the response has its targets. The draws of a text depend on its number alone.
  std::optional<std::size_t> transformed_by = {};
  /// Once it is true, the request needs no answer, and fails.
  std::shared_ptr<const std::atomic<bool>> cancelled = {};
  bool logits = false;     ///< of the tasks that predict, where these have a row for each text
  std::int64_t top = 0;    ///< most probable classes that each prediction lists, see add_top_classes; 0: none
  std::int64_t first = 0;  ///< how many texts came before: the number of the first text
  /// Called with the texts done so far and their share of all tokens, from any thread, one call at a time.
  /// What it throws ends the request.
  std::function<void(std::int64_t done, double share)> progress = {};

  std::size_t size() const { return token_ids.empty() ? texts.size() : token_ids.size(); }
  /// Whether predictions are those of this task, where it can read the inputs.
  bool asks(std::size_t task) const {
    if (transformed_by) return *transformed_by == task;
    return tasks.empty() || std::find(tasks.begin(), tasks.end(), task) != tasks.end();
  }
};

/// When a request came, all its texts were tokenized, and its first forward pass began.
struct RequestTimes {
  using Point = std::chrono::steady_clock::time_point;
  Point submitted = {}, tokenized = {}, started = {};
};

/// The results of a request, in the order of its texts.
struct Response {
  at::Tensor sentences;  ///< float [N, D]; undefined where not asked for
  /// [N] of float [tokens, H]: the last layer's vectors of all tokens, special ones and prompt included; an
  /// empty list where not asked for.
  std::vector<at::Tensor> token_vectors;
  /// [task][N]: null for a text that the task does not read (a task on pairs, a text without a second one);
  /// an empty list where not asked for.
  std::vector<std::vector<Value>> predictions;
  /// [task][N]: the head's outputs for a text; empty where it gives none for it. An empty list where not
  /// asked for.
  std::vector<std::vector<std::vector<float>>> logits;
  /// [N]: the targets of the head that changed the inputs, an array for each text, null for a text that its
  /// task does not read; an empty list where no inputs were changed.
  std::vector<Value> labels;
  std::int64_t truncated = 0;  ///< texts, or pairs, of which the model takes only a part
  /// The number of the first input that is too long, where inputs are not truncated. Then nothing was
  /// computed.
  std::optional<std::int64_t> too_long;
  std::int64_t tokens = 0;
  RequestTimes times;
};

/// Takes the answer of a request, which is its response or its error, once, on any thread. Must not throw.
using Answer = std::function<void(Response response, std::exception_ptr error)>;

}  // namespace mtt
