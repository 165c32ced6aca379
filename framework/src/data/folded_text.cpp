#include "data/folded_text.h"

#include "text/unicode.h"
#include "value/utf8.h"

namespace mtt {
namespace {

void append(std::string& text, char32_t c) {
  char bytes[4];
  text.append(bytes, static_cast<std::size_t>(write_code_point(c, bytes)));
}

}  // namespace

std::string folded_text(std::string_view utf8) {
  std::string text;
  bool blank = false;
  const char* const end = utf8.data() + utf8.size();
  for (const char* p = utf8.data(); p != end;) {
    const char32_t c = read_code_point(p);
    const unicode::CodePoint& properties = unicode::properties(c);
    if (properties.flags & unicode::kSpace) {
      blank = true;
      continue;
    }
    if (blank && !text.empty()) text += ' ';
    blank = false;
    if (properties.lower_length == 0) append(text, c);
    for (int i = 0; i < properties.lower_length; ++i)
      append(text, unicode::kPool[properties.lower_begin + i]);
  }
  return text;
}

}  // namespace mtt
