// Examples as a model reads them: whole words, and no more tokens than it takes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

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

/// Fields whose labels are spans. Where they may be tags of tokens, too: the names of integer tags.
using SpanFields = std::map<std::string, std::optional<std::vector<std::string>>>;

/// How the tasks of a file read its examples.
struct ExampleReading {
  SpanFields texts = {};        ///< of tasks that read texts alone
  SpanFields joint_pairs = {};  ///< of tasks that read both texts jointly
  bool first_texts = true;      ///< a task reads first texts by themselves
  bool second_texts = false;    ///< a task reads second texts by themselves
  bool joint = false;           ///< a task reads both texts jointly
};

/// Makes tags spans (tag_list.h), moves the spans under the fields to whole words, in place, and counts.
/// Other labels stay as they are. What spans_of_tags or whole_word_spans refuses throws Error with its place.
/// A second call changes nothing.
FittedFile fit_examples(ExampleFiles& files, const std::string& file, const ExampleReading& reading,
                        const TextReader& reader);

}  // namespace mtt
