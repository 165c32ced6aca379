// How a tokenizer marks the tokens that continue a word.
#pragma once

#include <cstdint>

namespace mtt {

/// What tells the first token of a word from those that continue it, where the tokenizer uses a prefix.
struct WordMarks {
  bool prefix = false;        ///< tokens that continue a word begin with a prefix ("##")
  std::int64_t unknown = -1;  ///< id of the token that the files name unk_token; -1: none
};

}  // namespace mtt
