// Words of a packed batch, and labelled stretches of text on them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/metrics.h"
#include "mtt/packed_batch.h"
#include "mtt/value.h"

/// A word: the token of its first sub-word, and the characters of all its sub-words.
struct Word {
  std::int64_t token = 0;
  mtt::CharSpan chars;
};

/// The words of one input of a batch, in order.
std::vector<Word> words_of(const mtt::PackedBatch& batch, std::int64_t input);

/// Reads [{"start": 3, "end": 8, "label": "song"}, ...]: code points, end exclusive. Spans that are empty,
/// outside the text or overlap throw mtt::Error with their place; `characters` < 0 leaves the end unchecked.
/// Sorted by start.
std::vector<mtt::Entity> read_spans(const mtt::Value& spans, std::int64_t characters);

/// The part of a UTF-8 text between two code points.
std::string slice(std::string_view utf8, mtt::CharSpan chars);

std::int64_t count_characters(std::string_view utf8);
