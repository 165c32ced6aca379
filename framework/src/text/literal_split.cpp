#include "text/literal_split.h"

#include <algorithm>

namespace mtt {
namespace {

/// A part of a text: a place where the string occurs, or what lies between two.
struct Stretch {
  std::size_t begin = 0, end = 0;
  bool matches = false;
};

std::vector<Stretch> stretches_of(std::span<const Symbol> text, const std::u32string& wanted) {
  const auto equal = [](const Symbol& s, char32_t c) { return s.c == c; };
  std::vector<Stretch> stretches;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(),
                                   wanted.begin(), wanted.end(), equal);
    const auto at = static_cast<std::size_t>(found - text.begin());
    if (at > begin) stretches.push_back({begin, at, false});
    if (at < text.size()) stretches.push_back({at, at + wanted.size(), true});
    begin = std::min(at + wanted.size(), text.size());
  }
  return stretches;
}

/// Whether a stretch belongs to the one before it.
bool joined(const Stretch& before, const Stretch& stretch, SplitBehavior behavior) {
  switch (behavior) {
    case SplitBehavior::merged_with_previous:
      return stretch.matches && !before.matches;
    case SplitBehavior::merged_with_next:
      return before.matches && !stretch.matches;
    case SplitBehavior::contiguous:
      return before.matches == stretch.matches;
    default:
      return false;
  }
}

}  // namespace

PreTokenizerStep literal_split(std::u32string wanted, SplitBehavior behavior, bool inverted) {
  return [=, wanted = std::move(wanted)](std::span<const Symbol> text, const WordSink& word) {
    std::vector<Stretch> stretches = stretches_of(text, wanted);
    for (Stretch& stretch : stretches) stretch.matches = stretch.matches != inverted;
    if (behavior == SplitBehavior::removed)
      std::erase_if(stretches, [](const Stretch& stretch) { return stretch.matches; });
    for (std::size_t i = 0; i < stretches.size();) {
      const std::size_t begin = stretches[i].begin;
      while (++i < stretches.size() && joined(stretches[i - 1], stretches[i], behavior)) {
      }
      word(text.subspan(begin, stretches[i - 1].end - begin));
    }
  };
}

}  // namespace mtt
