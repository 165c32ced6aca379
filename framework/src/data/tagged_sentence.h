// Tokens and their tags, made a text with spans.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// The label of spans whose tags name none: B, I, O.
inline constexpr std::string_view kBareLabel = "entity";

/// O, or one of B, I, E, S, L and U, alone or with a label: B-person.
bool is_span_tag(std::string_view tag);

/// A sentence with its entities.
struct TaggedSentence {
  std::string text;  ///< its tokens, joined by single spaces
  Value spans;       ///< array of {"start", "end", "label"} in code points of `text`, with places
};

/// Builds a sentence token by token. One reading of tags serves IOB1, IOB2, IOE1, IOE2, BIOES and BILOU, that
/// of conlleval (Tjong Kim Sang and De Meulder 2003): B, S and U begin a span, S and U also end it; I, E and
/// L continue a span of their label, or begin one if none is open; E and L end it.
class TaggedSentenceBuilder {
 public:
  /// `place` becomes that of the spans as a whole.
  explicit TaggedSentenceBuilder(Place place);

  /// Adds a token of valid UTF-8. A tag of another form throws Error that begins with `tag_place`.
  void add(std::string_view token, std::string_view tag, Place tag_place);

  TaggedSentence sentence() &&;

 private:
  void read_tag(std::string_view tag, std::int64_t begin, Place place);
  void end_span();

  TaggedSentence sentence_;
  std::int64_t characters_ = 0;
  bool begun_ = false, open_ = false;
  std::string open_label_;
  std::int64_t open_begin_ = 0, open_end_ = 0;
  Place open_place_;
};

}  // namespace mtt
