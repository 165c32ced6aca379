// CoNLL: a token and its tag a line, a blank line between sentences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// A sentence of a CoNLL file.
struct TaggedSentence {
  std::string text;  ///< its tokens, joined by single spaces
  Value spans;       ///< array of {"start", "end", "label"} in code points of `text`, with places
};

/// The sentences of a CoNLL file. The first column is the token, the last its tag; the first line of a token
/// decides whether tabs or spaces separate columns, and how many there are. A line that begins with
/// "-DOCSTART-" ends a sentence; a line that begins with '#' and has not the columns of a token is a comment.
///
/// Tags are O, or B-, I-, E- or S- with a label. One reading serves IOB1, IOB2 and BIOES, that of conlleval
/// (Tjong Kim Sang and De Meulder 2003): B- and S- begin a span, I- goes on with one of its label and else
/// begins one, S- and E- end one. Whatever else is found throws Error with source:line:column: another number
/// of columns, a tag of another form or without a label, E- without a span that it could end, a byte order
/// mark, bytes that are no text.
std::vector<TaggedSentence> parse_conll(std::string_view bytes, const std::string& source);

}  // namespace mtt
