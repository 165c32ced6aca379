// Tokens and their tags, made a text with spans.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// O, or B-, I-, E- or S- with a label.
bool is_span_tag(std::string_view tag);

/// A sentence with its entities.
struct TaggedSentence {
  std::string text;  ///< its tokens, joined by single spaces
  Value spans;       ///< array of {"start", "end", "label"} in code points of `text`, with places
};

/// Puts a sentence together, token by token. One reading of tags serves IOB1, IOB2 and BIOES, that of
/// conlleval (Tjong Kim Sang and De Meulder 2003): B- and S- begin a span, I- goes on with one of its label
/// and else begins one, S- and E- end one.
class TaggedSentenceBuilder {
 public:
  /// `place` becomes that of the spans as a whole.
  explicit TaggedSentenceBuilder(Place place);

  /// Adds a token of valid UTF-8. A tag of another form or without a label, or E- without a span that it
  /// could end, throws Error that begins with `tag_place`.
  void add(std::string_view token, std::string_view tag, Place tag_place);

  TaggedSentence sentence() &&;

 private:
  void read_tag(std::string_view tag, std::int64_t begin, Place place);
  void end_span();

  TaggedSentence sentence_;
  std::int64_t characters_ = 0;
  bool open_ = false;
  std::string open_label_;
  std::int64_t open_begin_ = 0, open_end_ = 0;
  Place open_place_;
};

}  // namespace mtt
