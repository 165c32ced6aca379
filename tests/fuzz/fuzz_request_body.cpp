#include "mtt/error.h"
#include "serve/body_fields.h"
#include "serve/text_inputs.h"
#include "value/json.h"

namespace {

template <class Read>
void accept_error(const Read& read) {
  try {
    read();
  } catch (const mtt::Error&) {
  }
}

void check(const mtt::TextInputs& inputs) {
  if (!inputs.second_texts.empty() && inputs.second_texts.size() != inputs.texts.size()) __builtin_trap();
  if (!inputs.token_ids.empty() && !inputs.texts.empty()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  accept_error([&] {
    const mtt::Value body = mtt::parse_json({reinterpret_cast<const char*>(data), size}, "body");
    const mtt::BodyFields fields(body);
    const mtt::Value& inputs = fields.at("inputs");
    accept_error([&] { check(mtt::texts_or_ids(inputs, 100)); });
    accept_error([&] { check(mtt::one_or_batch(inputs)); });
    accept_error([&] { check(mtt::texts_and_pairs(inputs)); });
    for (const char* key : {"top", "dimensions", "truncate", "tasks", "prompt_name"}) {
      accept_error([&] { fields.integer(key); });
      accept_error([&] { fields.flag(key, true); });
      accept_error([&] { fields.texts(key); });
      accept_error([&] { fields.text(key); });
    }
    accept_error([&] { fields.allow_only({"inputs", "tasks"}); });
  });
  return 0;
}
