#include "data/overlap.h"

#include <algorithm>

#include "data/folded_text.h"

namespace mtt {

namespace {

/// An empty second text is no sentence that two pairs could share.
bool has_second_text(const Examples& examples, std::size_t row) {
  return !examples.partners.empty() && !folded_text(examples.partners[row]).empty();
}

std::string folded_pair(const Examples& examples, std::size_t row) {
  return folded_text(examples.texts[row]) + '\n' + folded_text(examples.partners[row]);
}

}  // namespace

KnownTexts::KnownTexts(const std::vector<const Examples*>& files) {
  for (std::size_t f = 0; f < files.size(); ++f) {
    const Examples& examples = *files[f];
    const auto add = [&](const std::string& text) {
      file_of_.emplace(folded_text(text), f);
      exact_.insert(text);
    };
    for (std::size_t row = 0; row < examples.texts.size(); ++row) {
      add(examples.texts[row]);
      if (!has_second_text(examples, row)) continue;
      add(examples.partners[row]);
      pairs_.insert(folded_pair(examples, row));
    }
  }
}

std::optional<std::size_t> KnownTexts::find(const Examples& examples, std::size_t row) const {
  std::optional<std::size_t> found;
  const auto look = [&](const std::string& text) {
    const auto known = file_of_.find(folded_text(text));
    if (known != file_of_.end()) found = std::min(found.value_or(known->second), known->second);
  };
  look(examples.texts[row]);
  if (has_second_text(examples, row)) look(examples.partners[row]);
  return found;
}

bool KnownTexts::has_whole(const Examples& examples, std::size_t row) const {
  return has_second_text(examples, row) ? pairs_.contains(folded_pair(examples, row))
                                        : exact_.contains(examples.texts[row]);
}

Overlap find_overlap(const Examples& examples, const KnownTexts& known) {
  Overlap overlap;
  for (std::size_t i = 0; i < examples.texts.size(); ++i) {
    const auto found = known.find(examples, i);
    if (!found) continue;
    overlap.whole += known.has_whole(examples, i);
    if (overlap.examples++ > 0) continue;
    overlap.first = static_cast<std::int64_t>(i);
    overlap.other = *found;
  }
  return overlap;
}

}  // namespace mtt
