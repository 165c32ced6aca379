// Lines of a file or of standard input, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace mtt {

/// The longest line that is read, in bytes: 16 MiB.
inline constexpr std::size_t kMostLineBytes = std::size_t{16} << 20;

/// Reads lines in memory that depends on the longest of them alone. A file may be a pipe.
class LineReader {
 public:
  /// Opens a file; "-" is standard input. A file that is missing, a directory or not readable throws Error.
  explicit LineReader(const std::string& path);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// Reads the next line with its line feed, which the last one may lack; false at the end. A line of more
  /// than kMostLineBytes throws Error.
  bool next(std::string& line);

  /// Whether next() would have a line, or the end, after at most so many milliseconds.
  bool ready(int milliseconds);

  /// Whether it reads a file that is not a pipe, a terminal or another device.
  bool is_file() const { return is_file_; }

  /// The number of the line that next() gave last, from 1.
  std::int64_t number() const { return number_; }
  /// The file's name, for messages.
  const std::string& source() const { return source_; }
  /// The share of the file's bytes that has been given; 0 where its size is unknown, as that of a pipe.
  double share() const;

 private:
  bool fill();
  std::size_t find_end();

  std::string source_;
  int descriptor_ = -1;
  bool owned_ = false;
  bool ended_ = false, is_file_ = false;
  std::int64_t size_ = 0, given_ = 0, number_ = 0;
  std::string buffer_;
  std::size_t at_ = 0;        ///< where the next line begins in the buffer
  std::size_t searched_ = 0;  ///< up to where it has no line feed
};

}  // namespace mtt
