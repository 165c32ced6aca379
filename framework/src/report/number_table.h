// Tables of numbers for the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mtt {

/// Lines that begin with two blanks: the first column is aligned on the left, all others on the right, two
/// blanks between columns. Rows may be shorter than the first.
std::string number_table(const std::vector<std::vector<std::string>>& rows);

/// "1,774,464".
std::string grouped(std::int64_t number);

/// "about 8 s", "about 4 min", "about 2.5 h".
std::string about_duration(double seconds);

/// "about 640 MB", "about 1.4 GB".
std::string about_memory(double bytes);

}  // namespace mtt
