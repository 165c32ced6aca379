// A matrix of similarities as a figure.
#pragma once

#include <string>
#include <vector>

namespace mtt {

/// n · n similarities for a terminal: numbered rows and columns, each value on a shade, optionally in
/// colour. At most `most` rows are shown, with a note.
std::string similarity_text(const std::vector<double>& values, std::size_t count, std::size_t most,
                            bool colours);

/// The matrix as a stand-alone SVG with the texts as labels; all text is escaped.
std::string similarity_svg(const std::vector<double>& values, const std::vector<std::string>& texts);

}  // namespace mtt
