// Texts from a file or standard input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// The lines of a text: CR before LF is dropped, a trailing newline starts no line. A byte order mark or
/// invalid UTF-8 throws Error with source:line.
std::vector<std::string> split_lines(std::string_view bytes, const std::string& source);

/// Removes lines at the end that hold nothing but spaces and tabs.
void drop_blank_end(std::vector<std::string>& lines);

/// The key of the second sentence of a pair.
inline constexpr std::string_view kTextPair = "text_pair";

/// Texts of an input, and the second sentences of pairs where it has them.
struct TextLines {
  std::vector<std::string> texts;
  std::vector<std::string> partners;  ///< one a text, or none at all
};

/// Reads all texts of a file, or of standard input where `path` is "-": one text a line, or, with a non-empty
/// `field`, that field of each JSON object a line, whose key "text_pair" holds the second sentence of a pair,
/// in every line or in none. Empty lines are empty texts; in JSONL they are refused, but at the end.
TextLines read_texts(const std::string& path, const std::string& field);

}  // namespace mtt
