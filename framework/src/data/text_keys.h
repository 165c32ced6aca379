// The keys under which a line of a file holds its texts.
#pragma once

#include <string>

namespace mtt {

/// In JSONL the keys of a line, in a table the columns; CoNLL files have neither.
struct TextKeys {
  std::string text = "text";
  std::string pair = "text_pair";  ///< of the second sentence of a pair

  bool operator==(const TextKeys&) const = default;
};

}  // namespace mtt
