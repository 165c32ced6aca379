// One tag for each token of a line, as Hugging Face data sets have them.
#pragma once

#include <string>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// Whether a label is an array of strings or of integers, with at least one.
bool is_tag_list(const Value& label);

/// The text of an array of tokens: joined by single spaces. A token that is no string throws Error with its
/// place.
std::string joined_tokens(const Value& tokens);

/// The spans of the text that `joined_tokens` gives, read from tags as TaggedSentenceBuilder reads them; an
/// integer tag is an index into `names`. `tokens` is null where the text is a string of its own. Tags without
/// tokens, of another number than the tokens, or without a name throw Error with their place.
Value spans_of_tags(const Value& tags, const Value& tokens, const std::vector<std::string>& names);

}  // namespace mtt
