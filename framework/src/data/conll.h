// CoNLL: a token and its tag a line, a blank line between sentences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/tagged_sentence.h"

namespace mtt {

/// The sentences of a CoNLL file. The first column is the token, the last its tag; the first line of a token
/// decides whether tabs or spaces separate columns, and how many there are. A line that begins with
/// "-DOCSTART-" ends a sentence; a line that begins with '#' and has not the columns of a token is a comment.
///
/// Whatever else is found throws Error with source:line:column: another number of columns, a tag that
/// TaggedSentenceBuilder refuses, a byte order mark, bytes that are no text.
std::vector<TaggedSentence> parse_conll(std::string_view bytes, const std::string& source);

}  // namespace mtt
