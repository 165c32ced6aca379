// What the bodies of several routes say of how texts are read and vectors are written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/request.h"
#include "serve/body_fields.h"
#include "serve/outcome.h"
#include "serve/served_model.h"

namespace mtt {

/// A key that says how texts are read, and the name of its schema in the OpenAPI document.
struct TextSetting {
  const char *key, *schema;
};

inline constexpr TextSetting kTextSettings[] = {
    {"truncate", "Truncate"}, {"truncation_direction", "TruncationDirection"}, {"prompt_name", "PromptName"}};

/// Reads `truncate` (true unless given), `truncation_direction` ("Left" or "Right") and `prompt_name` into a
/// request. What is wrong throws Error.
void read_text_settings(const ServedModel& served, const BodyFields& fields, Request& request);

/// Refuses no inputs, and more than the limit.
std::optional<Refusal> refuse_count(std::size_t count, const char* key, std::int64_t most);

/// Refuses an `encoding_format` other than "float" and "base64".
std::optional<Refusal> refuse_format(const BodyFields& fields);

}  // namespace mtt
