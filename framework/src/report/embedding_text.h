// Sentence vectors as a table.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mtt {

/// The norm and the first values of each vector next to its text; at most `most` rows, with a note.
std::string embedding_text(const float* vectors, std::size_t width, const std::vector<std::string>& texts,
                           std::size_t most);

}  // namespace mtt
