#include "report/html_text.h"

#include "io/terminal_text.h"

namespace mtt {
namespace {

constexpr const char* kStyle = R"(
body { font: 15px/1.45 sans-serif; color: #222; background: #fff; margin: 2em auto; max-width: 72em; padding: 0 1em; }
h2 { margin-top: 2.5em; border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }
.charts { display: flex; flex-wrap: wrap; gap: 1em; }
figure { margin: 0; } figcaption { font-weight: bold; margin-bottom: .3em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; } td, th { border: 1px solid #ddd; padding: .2em .6em; text-align: left; }
.wide td, .wide th { white-space: nowrap; }
table.confusion td { text-align: right; min-width: 2em; } table.confusion th { font-weight: normal; }
mark { background: #cfe8fc; border-radius: 3px; padding: 0 .2em; } mark sub { color: #555; margin-left: .3em; }
.gold mark { background: #fde3b5; } .example { margin: .35em 0; } .wrong { border-left: 3px solid #d55e00; padding-left: .5em; }
pre { background: #f6f6f6; padding: 1em; overflow-x: auto; font-size: 12px; } .note { color: #8a4500; }
)";

}  // namespace

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

std::string html_table(const std::vector<std::vector<std::string>>& rows) {
  std::string table = "<div class=\"wide\"><table>\n";
  for (const auto& row : rows) {
    const char* cell = &row == &rows.front() ? "th" : "td";
    table += "<tr>";
    for (const std::string& text : row)
      table += std::string("<") + cell + ">" + html_text(text) + "</" + cell + ">";
    table += "</tr>\n";
  }
  return table + "</table></div>\n";
}

std::string html_page(const std::string& title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n"
         "<title>" +
         html_text(title) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n<h1>" +
         html_text(title) + "</h1>\n" + body + "</body>\n</html>\n";
}

const char* series_colour(std::size_t index) {
  constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#b2a800", "#000000"};
  return index < std::size(kColours) ? kColours[index] : "#999999";
}

}  // namespace mtt
