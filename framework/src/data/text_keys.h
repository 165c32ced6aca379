// The keys under which a line of a file holds its texts.
#pragma once

#include <string>
#include <string_view>

namespace mtt {

/// The key of the second sentence of a pair, unless an experiment sets another.
inline constexpr std::string_view kTextPair = "text_pair";

/// In JSONL the keys of a line, in a table the columns; CoNLL files have neither.
struct TextKeys {
  std::string text = "text";
  std::string pair = std::string(kTextPair);  ///< of the second sentence of a pair
  bool fixed = false;  ///< no experiment can change them any more, which messages must know

  /// Whether the keys are the same.
  bool operator==(const TextKeys& other) const { return text == other.text && pair == other.pair; }
};

}  // namespace mtt
