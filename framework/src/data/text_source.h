// Texts from a file or standard input, some at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/csv.h"
#include "data/text_keys.h"
#include "data/text_lines.h"
#include "io/line_reader.h"
#include "mtt/value.h"

namespace mtt {

/// Texts that follow each other in an input.
struct TextLines {
  std::vector<std::string> texts;
  /// The second texts of pairs: one per text, empty for a text without one; no list where no text has one.
  std::vector<std::optional<std::string>> second_texts;
  std::vector<Value> rows;  ///< the objects or records of the texts; none without a field
};

/// Reads texts in memory that does not depend on their number: one text a line, or, with a non-empty `field`,
/// that field of each JSON object a line, or of each record where the file ends in .csv or .tsv. Another key
/// holds the second text of a pair, unless it is the field itself.
/// Empty lines are empty texts; in JSONL and tables they are passed over at the end and refused elsewhere. A
/// byte order mark (except in tables), invalid UTF-8, and a line that is longer than kMostLineBytes throw
/// Error with source:line.
class TextSource {
 public:
  /// `path`: a file, or "-" for standard input. Where its ending says that a line is no text and there is no
  /// field, Error ends with `remedy`.
  TextSource(const std::string& path, const std::string& field, const std::string& remedy,
             std::string pair_field = std::string(kTextPair));

  /// The next texts, at most `most`; none at the end. Fewer come where they are long, and where the input, a
  /// pipe, has no more for the moment.
  TextLines next(std::size_t most);

  /// Whether the input is a file, so that next() never waits for somebody who writes.
  bool is_file() const { return lines_.is_file(); }

  /// The share of the input that has been read; 0 where its size is unknown.
  double share() const { return lines_.share(); }

 private:
  void check(const std::string& line) const;
  bool next_line(std::string& line);
  std::optional<Value> next_row();
  /// Throws Error for a first line that is no JSON object, such as the header of a table.
  [[noreturn]] void refuse_first_line(const std::string& line) const;
  void add_row(Value row, TextLines& lines);

  LineReader lines_;
  std::string field_, pair_field_;
  bool is_table_;
  std::optional<CsvRows> table_;
};

/// All texts of a file: its lines, or those of a field as in TextSource.
std::vector<std::string> read_texts(const std::string& path, const std::string& field = "");

}  // namespace mtt
