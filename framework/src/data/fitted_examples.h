// Examples as a model reads them: whole words, and no more tokens than it takes.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "data/examples.h"
#include "data/whole_words.h"

namespace mtt {

/// What a model makes of the examples of a file.
struct FittedFile {
  std::int64_t texts = 0;
  std::int64_t truncated = 0;  ///< texts of more tokens than the model reads
  std::int64_t longest = 0;    ///< tokens of the longest text
  std::int64_t spans = 0;
  std::int64_t moved = 0;   ///< spans that were not those of whole words
  std::int64_t beyond = 0;  ///< spans that end behind the last token that is read
  std::string first_moved;  ///< with file:line
};

/// Moves the spans under the fields to whole words, in place, and counts; `partners`: counts the second
/// sentences of pairs too. Labels that are no spans stay as they are. What whole_word_spans refuses throws
/// Error with its place. A second call changes nothing.
FittedFile fit_examples(ExampleFiles& files, const std::string& file,
                        const std::set<std::string>& span_fields, bool partners, const TextReader& reader);

}  // namespace mtt
