// What happens to characters before they are cut into words.
#pragma once

#include <vector>

#include "text/symbol.h"

namespace mtt {

/// One pass over the characters.
enum class NormalizerStep {
  clean,             ///< drops control characters, turns white space into ' '
  cjk_spaces,        ///< puts spaces around CJK ideographs
  nfd,               ///< canonical decomposition with canonical order
  nfc,               ///< nfd, then canonical composition
  strip_nonspacing,  ///< drops nonspacing marks
  strip_marks,       ///< drops all marks
  lowercase,         ///< full lower case, without regard to neighbours
};

/// Steps in order, as tokenizer.json's BertNormalizer, NFC, NFD, StripAccents, Lowercase and Sequence give
/// them.
class Normalizer {
 public:
  Normalizer() = default;
  explicit Normalizer(std::vector<NormalizerStep> steps) : steps_(std::move(steps)) {}

  /// Changes `symbols` in place. The ranges of new characters follow the reference tokenizers: an inserted
  /// character stands for what the one before it stood for, at the very start for the empty range at
  /// `origin`.
  void apply(Symbols& symbols, std::int32_t origin) const;

 private:
  std::vector<NormalizerStep> steps_;
};

}  // namespace mtt
