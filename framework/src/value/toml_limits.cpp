#include "value/toml_limits.h"

#include "mtt/error.h"
#include "value/utf8.h"

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = 1u << 20;
constexpr int kDeepestTable = 32;

class Scanner {
 public:
  Scanner(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  void run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else {
        count(c);
        ++at_;
      }
    }
  }

 private:
  void count(char c) {
    switch (c) {
      case '[':
      case '{':
        dots_ = 0;
        if (++depth_ > kDeepestTable) refuse(too_deep("nesting"));
        break;
      case ']':
      case '}':
        dots_ = 0;
        if (depth_ > 0) --depth_;
        break;
      case '.':
        if (++dots_ >= kDeepestTable) refuse(too_deep("a dotted key"));
        break;
      case '\n':
      case '=':
      case ',':
        dots_ = 0;
        break;
      default:
        if ((c & 0x80) != 0 && !is_byte_order_mark())
          refuse("a character outside ASCII is not in quotes; put quotes around it");
        break;
    }
  }

  // The parser has undefined behaviour on some of them there; TOML allows none but a byte order mark at the
  // start.
  bool is_byte_order_mark() const { return at_ < 3 && text_.starts_with("\xEF\xBB\xBF"); }

  // A string that never ends is left to the parser, which sees the same bytes.
  void skip_string(char quote) {
    const std::string fence(3, quote);
    const bool multiline = text_.substr(at_, 3) == fence;
    at_ += multiline ? 3 : 1;
    while (at_ < text_.size()) {
      if (multiline ? text_.substr(at_, 3) == fence : text_[at_] == quote || text_[at_] == '\n') break;
      at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
    }
    if (at_ < text_.size() && text_[at_] == '\n') return;
    at_ += multiline ? 3 : 1;
  }

  static std::string too_deep(const std::string& what) {
    return what + " goes deeper than " + std::to_string(kDeepestTable) + " levels; no experiment needs that";
  }

  [[noreturn]] void refuse(const std::string& what) const {
    std::size_t line = 1, start = 0;
    for (std::size_t i = 0; i < at_; ++i) {
      if (text_[i] != '\n') continue;
      ++line;
      start = i + 1;
    }
    throw Error(source_ + ":" + std::to_string(line) + ":" + std::to_string(at_ - start + 1) + ": " + what);
  }

  std::string_view text_;
  const std::string& source_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int dots_ = 0;
};

}  // namespace

void check_toml_limits(std::string_view bytes, const std::string& source) {
  if (bytes.size() > kMostBytes) {
    throw Error(source + ": the file has " + std::to_string(bytes.size()) +
                " bytes; an experiment file has at most " + std::to_string(kMostBytes));
  }
  const std::size_t bad = find_invalid_utf8(bytes);
  if (bad != std::string_view::npos) {
    throw Error(source + ": byte " + std::to_string(bad) + " is not valid UTF-8; save the file as UTF-8");
  }
  Scanner(bytes, source).run();
}

}  // namespace mtt
