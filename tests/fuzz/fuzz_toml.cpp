#include "mtt/error.h"
#include "value/toml.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const mtt::Value once = mtt::parse_toml(text, "fuzz");
    if (mtt::parse_toml(mtt::toml_text(once), "again").json().size() != once.json().size()) __builtin_trap();
  } catch (const mtt::Error&) {
  }
  return 0;
}
