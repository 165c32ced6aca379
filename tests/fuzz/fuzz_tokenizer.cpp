#include <algorithm>
#include <string>

#include "mtt/error.h"
#include "text/tokenizer.h"
#include "unit/text/bert_tokenizer.h"
#include "value/utf8.h"

namespace {

const char kVocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\n##ab\nab\ne\n中\n!\n";

void check(bool holds) {
  if (!holds) __builtin_trap();
}

/// The offsets of each token lie within its own text.
void check_offsets(const mtt::Tokens& tokens, std::string_view first, std::string_view second) {
  const std::int32_t characters[] = {static_cast<std::int32_t>(mtt::count_code_points(first)),
                                     static_cast<std::int32_t>(mtt::count_code_points(second))};
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    const mtt::CharSpan& chars = tokens.chars[i];
    const int text = tokens.text_of(i);
    check(chars.begin >= 0 && chars.begin <= chars.end && chars.end <= (text < 0 ? 0 : characters[text]));
  }
}

mtt::Tokens of_text(const mtt::Tokenizer& tokenizer, std::string_view text) {
  mtt::Tokens tokens;
  tokenizer.encode(text, 0, tokens);
  check_offsets(tokens, text, {});
  return tokens;
}

/// A pair has the tokens of its texts, of which a limit takes off as many as it says.
void check_pair(const mtt::Tokenizer& tokenizer, std::string_view first, std::string_view second,
                std::int64_t limit) {
  const auto sizes = {of_text(tokenizer, first).ids.size() - 2, of_text(tokenizer, second).ids.size() - 2};
  mtt::Tokens tokens;
  tokenizer.encode_pair(first, second, limit, tokens);
  check_offsets(tokens, first, second);
  check(limit == 0 || static_cast<std::int64_t>(tokens.ids.size()) <= limit);
  std::int64_t counts[] = {tokens.truncated, tokens.truncated_second};
  for (std::size_t i = 0; i < tokens.ids.size(); ++i)
    if (tokens.text_of(i) >= 0) ++counts[tokens.text_of(i)];
  check(std::equal(sizes.begin(), sizes.end(), counts, [](std::size_t size, std::int64_t count) {
    return static_cast<std::int64_t>(size) == count;
  }));
}

}  // namespace

/// The texts of a pair are those before and behind the first line feed; the first byte is a limit.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const mtt::Tokenizer& right = *new mtt::Tokenizer(bert_tokenizer(kVocabulary));
  static const mtt::Tokenizer& left =
      *new mtt::Tokenizer(bert_tokenizer(kVocabulary, true, {.truncates_left = true}));
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    of_text(right, text);
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return 0;
    const std::int64_t limit = 3 + data[0];
    for (const mtt::Tokenizer* tokenizer : {&right, &left})
      for (const std::int64_t most : {std::int64_t{0}, limit})
        check_pair(*tokenizer, text.substr(0, end), text.substr(end + 1), most);
  } catch (const mtt::Error&) {
  }
  return 0;
}
