#include <string>

#include "mtt/error.h"
#include "text/tokenizer.h"
#include "unit/text/bert_tokenizer.h"
#include "value/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const mtt::Tokenizer& tokenizer = *new mtt::Tokenizer(
      bert_tokenizer("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\n##ab\nab\ne\n中\n!\n"));
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    mtt::Tokens tokens;
    tokenizer.encode(text, 0, tokens);
    const auto characters = static_cast<std::int32_t>(mtt::count_code_points(text));
    for (std::size_t i = 0; i < tokens.ids.size(); ++i)
      if (tokens.chars[i].begin < 0 || tokens.chars[i].begin > tokens.chars[i].end ||
          tokens.chars[i].end > characters)
        __builtin_trap();
  } catch (const mtt::Error&) {
  }
  return 0;
}
