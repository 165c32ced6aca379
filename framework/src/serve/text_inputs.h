// The inputs of a request's body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// Texts, pairs of texts, or token ids.
struct TextInputs {
  std::vector<std::string> texts = {};
  std::vector<std::optional<std::string>> second_texts = {};  ///< as many as texts, or none at all
  std::vector<std::vector<std::int32_t>> token_ids = {};      ///< instead of texts
  bool single = false;                                        ///< the body has one input, not a list

  std::size_t size() const { return token_ids.empty() ? texts.size() : token_ids.size(); }
};

/// "text", ["text", ...], [id, ...] or [[id, ...], ...]. Ids are below `vocabulary`. Another shape throws
/// Error with its place, as in the two functions below.
TextInputs texts_or_ids(const Value& value, std::int64_t vocabulary);

/// The inputs of /predict: "text", ["text", "second"] for one pair, or [["text"], ["text", "second"], ...].
TextInputs one_or_batch(const Value& value);

/// The inputs of /tasks: "text", or a list of "text" and ["text", "second"].
TextInputs texts_and_pairs(const Value& value);

}  // namespace mtt
