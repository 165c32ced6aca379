// Words of a packed batch, and labelled stretches of text on them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/metrics.h"
#include "mtt/packed_batch.h"
#include "mtt/value.h"

/// A word: the token of its first sub-word, and the characters of all its sub-words in its text.
struct Word {
  std::int64_t token = 0;
  mtt::CharSpan chars;
  bool second = false;  ///< of the second text of a joint pair
};

/// A labelled stretch of one of the texts.
struct TextSpan {
  bool second = false;
  mtt::Entity entity;
  bool operator==(const TextSpan&) const = default;
};

/// The words of one input of a batch, in order.
std::vector<Word> words_of(const mtt::PackedBatch& batch, std::int64_t input);

/// Reads [{"start": 3, "end": 8, "label": "song"}, ...]: code points, end exclusive. Spans that are empty,
/// outside their text or overlap throw mtt::Error with their place. `characters`: of both texts, below 0 for
/// no text; none: ends are not checked. Sorted by text and start.
std::vector<TextSpan> read_spans(const mtt::Value& spans,
                                 std::optional<std::array<std::int64_t, 2>> characters = {});

/// The characters of both texts of an input; -1 where there is no second text.
std::array<std::int64_t, 2> characters_of(const mtt::PackedBatch& batch, std::int64_t input);

/// The part of a UTF-8 text between two code points.
std::string slice(std::string_view utf8, mtt::CharSpan chars);
