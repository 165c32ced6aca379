#include "value/json_scanner.h"

#include <charconv>
#include <system_error>

#include "value/utf8.h"

namespace mtt {

JsonScanner::JsonScanner(std::string_view text, const std::string& source, std::int32_t line)
    : source_(std::make_shared<const std::string>(source)),
      at_(text.data()),
      end_(text.data() + text.size()),
      line_start_(text.data()),
      line_(line) {
  if (text.starts_with("\xEF\xBB\xBF"))
    fail("the file begins with a byte order mark; save it as UTF-8 without one");
  const std::size_t bad = find_invalid_utf8(text);
  if (bad == std::string_view::npos) return;
  for (const char* p = at_; p < text.data() + bad; ++p) {
    if (*p == '\n') {
      ++line_;
      line_start_ = p + 1;
    }
  }
  at_ = text.data() + bad;
  fail("byte " + std::to_string(bad) + " is not valid UTF-8");
}

std::string JsonScanner::found() const {
  if (at_ == end_) return "the text ends here";
  const auto byte = static_cast<unsigned char>(*at_);
  if (byte < 0x20 || byte >= 0x7f) return "found byte " + std::to_string(byte);
  return "found '" + std::string(1, *at_) + "'";
}

void JsonScanner::expect(char c) {
  if (at_ == end_ || *at_ != c) fail(found() + ", expected '" + std::string(1, c) + "'");
  ++at_;
}

bool JsonScanner::accept(char c) {
  skip_blanks();
  if (at_ == end_ || *at_ != c) return false;
  ++at_;
  return true;
}

void JsonScanner::word(std::string_view text) {
  if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, text.size()) != text) {
    fail("found a word that is not valid JSON; strings need quotes, and numbers are finite");
  }
  at_ += text.size();
}

std::string JsonScanner::string() {
  ++at_;
  std::string text;
  while (true) {
    const char* run = at_;
    while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
    text.append(run, at_);
    if (at_ == end_) fail("the text ends within a string");
    if (*at_ == '"') {
      ++at_;
      return text;
    }
    if (*at_ != '\\') fail("a string contains a control character; write it as an escape");
    ++at_;
    escape(text);
  }
}

void JsonScanner::escape(std::string& text) {
  if (at_ == end_) fail("the text ends within a string");
  switch (*at_++) {
    case '"':
      text += '"';
      return;
    case '\\':
      text += '\\';
      return;
    case '/':
      text += '/';
      return;
    case 'b':
      text += '\b';
      return;
    case 'f':
      text += '\f';
      return;
    case 'n':
      text += '\n';
      return;
    case 'r':
      text += '\r';
      return;
    case 't':
      text += '\t';
      return;
    case 'u': {
      char32_t c = four_digits();
      if (c >= 0xDC00 && c < 0xE000) fail("a lone surrogate is not a character");
      if (c >= 0xD800 && c < 0xDC00) {
        if (end_ - at_ < 6 || at_[0] != '\\' || at_[1] != 'u') fail("a lone surrogate is not a character");
        at_ += 2;
        const char32_t low = four_digits();
        if (low < 0xDC00 || low >= 0xE000) fail("a lone surrogate is not a character");
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      }
      char bytes[4];
      text.append(bytes, static_cast<std::size_t>(write_code_point(c, bytes)));
      return;
    }
    default:
      --at_;
      fail("a backslash is followed by something that is not an escape");
  }
}

char32_t JsonScanner::four_digits() {
  std::uint32_t c = 0;
  if (end_ - at_ < 4) fail("the text ends within an escape");
  const auto result = std::from_chars(at_, at_ + 4, c, 16);
  if (result.ptr != at_ + 4) fail("\\u needs four hexadecimal digits");
  at_ += 4;
  return c;
}

void JsonScanner::digits() {
  if (at_ == end_ || *at_ < '0' || *at_ > '9') fail(found() + ", expected a value");
  while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
}

Value JsonScanner::number() {
  const char* start = at_;
  bool whole = true;
  if (*at_ == '-') ++at_;
  if (at_ != end_ && *at_ == '0')
    ++at_;
  else
    digits();
  if (at_ != end_ && *at_ == '.') {
    whole = false;
    ++at_;
    digits();
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    whole = false;
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    digits();
  }
  if (at_ != end_ && ((*at_ >= '0' && *at_ <= '9') || *at_ == '.')) fail("a number is malformed");
  const char* stop = at_;
  at_ = start;  // where an error is
  if (whole) {
    std::int64_t integer = 0;
    if (std::from_chars(start, stop, integer).ec == std::errc()) {
      at_ = stop;
      return integer;
    }
    const double large = exact_double(start, stop);
    at_ = stop;
    return large;
  }
  double number = 0;
  const auto result = std::from_chars(start, stop, number);
  if (result.ec == std::errc::result_out_of_range && !(number == 0))
    fail("a number is beyond the range of a double");
  if (result.ec == std::errc::result_out_of_range) number = tiny_or_huge(start, stop);
  at_ = stop;
  return number;
}

// An integer beyond 64 bits, such as 10^30 as transformers writes it.
double JsonScanner::exact_double(const char* start, const char* stop) const {
  double number = 0;
  char digits[400];  // a double has at most 309 before the point
  if (std::from_chars(start, stop, number).ec == std::errc()) {
    const auto written = std::to_chars(digits, digits + sizeof digits, number, std::chars_format::fixed, 0);
    if (std::string_view(digits, static_cast<std::size_t>(written.ptr - digits)) ==
        std::string_view(start, static_cast<std::size_t>(stop - start)))
      return number;
  }
  fail("an integer is beyond 64 bits, and no double holds it exactly");
}

// from_chars does not say whether a number was too small or too large.
double JsonScanner::tiny_or_huge(const char* start, const char* stop) const {
  const std::string_view text(start, static_cast<std::size_t>(stop - start));
  const std::size_t exponent = text.find_first_of("eE");
  const bool small = exponent != std::string_view::npos
                         ? text.find('-', exponent) != std::string_view::npos
                         : text.find_first_not_of("-0.") == std::string_view::npos ||
                               text.starts_with("0.") || text.starts_with("-0.");
  if (!small) fail("a number is beyond the range of a double");
  return 0;
}

}  // namespace mtt
