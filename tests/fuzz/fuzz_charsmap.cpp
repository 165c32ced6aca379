#include "mtt/error.h"
#include "text/charsmap.h"
#include "text/tokenizer_parts.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const mtt::Charsmap map(std::string_view(reinterpret_cast<const char*>(data), size));
    for (const char* sample :
         {"", "Hello w\u00f6rld!\r\n", "\u2460\u0301 e\u0301\u0301 \ufb01\u00ad\u00ad\u3000"}) {
      mtt::Symbols symbols = mtt::decode_utf8(sample);
      map.apply(symbols, 0);
      for (const mtt::Symbol& symbol : symbols)
        if (symbol.begin < 0 || symbol.begin > symbol.end || symbol.c > 0x10FFFF) __builtin_trap();
    }
  } catch (const mtt::Error&) {
  }
  return 0;
}
