// Texts from a file or standard input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// The lines of a text: CR before LF is dropped, a trailing newline starts no line. A byte order mark or
/// invalid UTF-8 throws Error with source:line.
std::vector<std::string> split_lines(std::string_view bytes, const std::string& source);

/// Reads all texts of a file, or of standard input where `path` is "-": one text a line, or, with a non-empty
/// `field`, that field of each JSON object a line. Empty lines are empty texts, but are refused in JSONL.
std::vector<std::string> read_texts(const std::string& path, const std::string& field);

}  // namespace mtt
