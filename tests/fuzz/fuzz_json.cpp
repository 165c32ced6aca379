#include "mtt/error.h"
#include "value/json.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const mtt::Value once = mtt::parse_json(text, "fuzz");
    if (mtt::parse_json(once.json(), "again").json() != once.json()) __builtin_trap();
  } catch (const mtt::Error&) {
  }
  return 0;
}
