#include "text/graphemes.h"

#include "text/unicode.h"

namespace mtt {
namespace {

using enum unicode::GraphemeClass;
using unicode::GraphemeClass;

GraphemeClass class_of(const Symbol& symbol) { return unicode::properties(symbol.c).grapheme; }

bool is_control(GraphemeClass c) { return c == control || c == cr || c == lf; }
bool is_extend(GraphemeClass c) { return c == extend || c == conjunct_extend || c == linker; }

/// What the characters before say about emoji and conjuncts.
struct Context {
  bool in_pictograph = false;  ///< a pictograph and what extends it
  bool after_joiner = false;   ///< the same and a zero-width joiner
  bool in_conjunct = false;    ///< a consonant and what extends it within a conjunct
  bool after_linker = false;   ///< the same, a linker among them

  void add(GraphemeClass c) {
    const bool extends_conjunct = c == linker || c == conjunct_extend || c == zwj;
    after_joiner = in_pictograph && c == zwj;
    in_pictograph = c == pictographic || (in_pictograph && is_extend(c));
    after_linker = in_conjunct && (c == linker || (after_linker && extends_conjunct));
    in_conjunct = c == consonant || (in_conjunct && extends_conjunct);
  }
};

bool belong_together(GraphemeClass left, GraphemeClass right, const Context& context) {
  if (left == cr && right == lf) return true;
  if (is_control(left) || is_control(right)) return false;
  if (is_extend(right) || right == zwj || right == spacing_mark || left == prepend) return true;
  if (left == lead) return right == lead || right == vowel || right == lv || right == lvt;
  if (left == lv || left == vowel) return right == vowel || right == tail;
  if (left == lvt || left == tail) return right == tail;
  return (context.after_linker && right == consonant) || (context.after_joiner && right == pictographic);
}

}  // namespace

std::size_t cluster_end(std::span<const Symbol> text, std::size_t begin) {
  Context context;
  GraphemeClass left = class_of(text[begin]);
  context.add(left);
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    const GraphemeClass right = class_of(text[i]);
    if (!belong_together(left, right, context)) return i;
    context.add(right);
    left = right;
  }
  return text.size();
}

}  // namespace mtt
