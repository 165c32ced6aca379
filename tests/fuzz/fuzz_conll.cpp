#include "data/conll.h"
#include "mtt/error.h"
#include "value/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    for (const mtt::TaggedSentence& sentence : mtt::parse_conll(text, "fuzz")) {
      const auto characters = static_cast<std::int64_t>(mtt::count_code_points(sentence.text));
      if (mtt::find_invalid_utf8(sentence.text) != std::string_view::npos) __builtin_trap();
      std::int64_t before = 0;
      for (const mtt::Value& span : sentence.spans.array()) {
        const std::int64_t start = span.at("start").integer(), end = span.at("end").integer();
        if (start < before || start >= end || end > characters || span.at("label").string().empty())
          __builtin_trap();
        before = end;
      }
    }
  } catch (const mtt::Error&) {
  }
  return 0;
}
