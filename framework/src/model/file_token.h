// A token as a tokenizer's files name it.
#pragma once

#include <optional>
#include <string>

#include "mtt/value.h"

namespace mtt {

/// A text alone, or a text with properties (an AddedToken of tokenizers).
struct FileToken {
  std::string content;
  bool bare = true;  ///< a text alone; what it is taken for is decided where it is added
  bool single_word = false, lstrip = false, rstrip = false, special = false;
  std::optional<bool> normalized = {};  ///< none: the opposite of `special`

  bool operator==(const FileToken&) const = default;

  /// From a table with `content` and any of the properties.
  static FileToken of_table(const Value& table);
  /// From a text or a table that says "__type": "AddedToken"; another value throws Error.
  static FileToken of(const Value& value);
  /// Whether of() takes the value.
  static bool is_one(const Value& value);
};

}  // namespace mtt
