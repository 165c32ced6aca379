#include "mtt/error.h"
#include "text/tokenizer.h"
#include "value/json.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto tokenizer = mtt::Tokenizer::from_json(mtt::parse_json(text, "fuzz"));
    mtt::Tokens tokens;
    for (const char* sample : {"", "Hello [MASK] wörld!", "中 a\u0301\u0344 ##x"})
      tokenizer.encode(sample, 0, tokens);
    tokenizer.encode_pair("Hello [MASK]", "", 9, tokens);
  } catch (const mtt::Error&) {
  }
  return 0;
}
