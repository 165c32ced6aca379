#include "data/overlap.h"

#include <algorithm>

#include "data/folded_text.h"

namespace mtt {

namespace {

/// An empty second text is no sentence that two pairs could share.
bool has_second_text(const Examples& examples, std::size_t row) {
  return !examples.partners.empty() && !folded_text(examples.partners[row]).empty();
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
      if (has_second_text(examples, row)) add(examples.partners[row]);
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

bool KnownTexts::has_exactly(const Examples& examples, std::size_t row) const {
  return exact_.contains(examples.texts[row]) ||
         (has_second_text(examples, row) && exact_.contains(examples.partners[row]));
}

Overlap find_overlap(const Examples& examples, const KnownTexts& known) {
  Overlap overlap;
  for (std::size_t i = 0; i < examples.texts.size(); ++i) {
    const auto found = known.find(examples, i);
    if (!found) continue;
    overlap.exact += known.has_exactly(examples, i);
    if (overlap.examples++ > 0) continue;
    overlap.first = static_cast<std::int64_t>(i);
    overlap.other = *found;
  }
  return overlap;
}

}  // namespace mtt
