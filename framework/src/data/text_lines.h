// Texts from a file or standard input.
#pragma once

#include <string>
#include <vector>

namespace mtt {

/// Reads all texts of a file, or of standard input where `path` is "-": one text a line, or, with a non-empty
/// `field`, that field of each JSON object a line. Empty lines are empty texts; a trailing newline starts
/// none; CR before LF is dropped. Invalid UTF-8 throws Error with file:line.
std::vector<std::string> read_texts(const std::string& path, const std::string& field);

}  // namespace mtt
