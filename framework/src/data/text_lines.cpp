#include "data/text_lines.h"

#include <algorithm>

#include "mtt/error.h"
#include "value/utf8.h"

namespace mtt {
std::vector<std::string> split_lines(std::string_view bytes, const std::string& source) {
  if (bytes.starts_with("\xEF\xBB\xBF"))
    throw Error(source + ":1: the file begins with a byte order mark; save it as UTF-8 without one");
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::size_t bad = find_invalid_utf8(line);
    if (bad != std::string_view::npos) {
      throw Error(source + ":" + std::to_string(lines.size() + 1) + ":" + std::to_string(bad + 1) +
                  ": the byte here is not valid UTF-8; save the file as UTF-8");
    }
    lines.emplace_back(line);
  }
  return lines;
}

void drop_blank_end(std::vector<std::string>& lines) {
  while (!lines.empty() && lines.back().find_first_not_of(" \t") == std::string::npos) lines.pop_back();
}

}  // namespace mtt
