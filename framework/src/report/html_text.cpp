#include "report/html_text.h"

#include "io/terminal_text.h"

namespace mtt {
std::string html_text(std::string_view utf8) {
  std::string result;
  for (const char c : printable(utf8)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace mtt
