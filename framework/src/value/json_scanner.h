// The words, strings and numbers of a JSON text, one after another.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mtt/error.h"
#include "mtt/value.h"

namespace mtt {

/// A place in a text, which every read moves on. What is no JSON there throws Error with source:line:column.
class JsonScanner {
 public:
  /// `line` is the number of the first line. A byte order mark and invalid UTF-8 throw Error.
  JsonScanner(std::string_view text, const std::string& source, std::int32_t line);

  [[noreturn]] void fail(const std::string& what) const { throw Error(place().str() + ": " + what); }
  Place place() const { return {source_, line_, static_cast<std::int32_t>(at_ - line_start_) + 1}; }
  std::string found() const;  ///< what stands here, for messages

  bool at_end() const { return at_ == end_; }
  bool at(char c) const { return at_ != end_ && *at_ == c; }
  /// All that is left of the text.
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

  void skip_blanks() {
    for (; at_ != end_; ++at_) {
      if (*at_ == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (*at_ != ' ' && *at_ != '\t' && *at_ != '\r') {
        return;
      }
    }
  }
  void expect(char c);
  bool accept(char c);  ///< skips blanks, and `c` where it follows
  void word(std::string_view text);
  std::string string();  ///< from its opening quote on
  Value number();        ///< an integer, or a double

 private:
  void escape(std::string& text);
  char32_t four_digits();
  void digits();
  double exact_double(const char* start, const char* stop) const;
  double tiny_or_huge(const char* start, const char* stop) const;

  std::shared_ptr<const std::string> source_;
  const char* at_;
  const char* end_;
  const char* line_start_;
  std::int32_t line_;
};

}  // namespace mtt
