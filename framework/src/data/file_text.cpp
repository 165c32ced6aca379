#include "data/file_text.h"

#include <algorithm>

#include "io/line_reader.h"
#include "mtt/error.h"
#include "value/utf8.h"

namespace mtt {
namespace {

[[noreturn]] void refuse(std::string_view bytes, std::size_t at, const std::string& source,
                         const std::string& what) {
  const std::string_view before = bytes.substr(0, at);
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? at + 1 : at - newline;
  throw Error(source + ":" + std::to_string(1 + std::count(before.begin(), before.end(), '\n')) + ":" +
              std::to_string(column) + ": " + what);
}

}  // namespace

void check_file_text(std::string_view bytes, const std::string& source) {
  if (const std::size_t nul = bytes.find('\0'); nul != std::string_view::npos)
    refuse(bytes, nul, source, "found a NUL byte, expected text; save the file as UTF-8");
  if (const std::size_t bad = find_invalid_utf8(bytes); bad != std::string_view::npos)
    refuse(bytes, bad, source, "the byte here is not valid UTF-8; save the file as UTF-8");
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    if (end - begin > kMostLineBytes) {
      refuse(bytes, begin, source,
             "the line has " + std::to_string(end - begin) + " bytes, expected at most " +
                 std::to_string(kMostLineBytes) + "; put one example on each line");
    }
    begin = end + 1;
  }
}

}  // namespace mtt
