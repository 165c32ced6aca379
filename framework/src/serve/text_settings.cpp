#include "serve/text_settings.h"

#include <string>

namespace mtt {

void read_text_settings(const ServedModel& served, const BodyFields& fields, Request& request) {
  request.truncates = fields.flag("truncate", true);
  if (const auto direction = fields.text("truncation_direction")) {
    const bool left = *direction == "Left" || *direction == "left";
    if (!left && *direction != "Right" && *direction != "right")
      fields.at("truncation_direction")
          .refuse("\"truncation_direction\" is " + Value(*direction).json() +
                  "; expected \"Left\" or \"Right\"");
    request.truncated_end = left ? TruncatedEnd::left : TruncatedEnd::right;
  }
  request.prompt = served.prompt(fields.text("prompt_name"));
  if (request.prompt && !request.token_ids.empty())
    fields.at("prompt_name")
        .refuse("a prompt cannot be added to token ids; send texts, or leave \"prompt_name\" out");
}

std::optional<Refusal> refuse_count(std::size_t count, const char* key, std::int64_t most) {
  const std::string name = "`" + std::string(key) + "`";
  if (count == 0) return Refusal{.status = 400, .type = "Empty", .message = name + " cannot be empty"};
  if (count > static_cast<std::size_t>(most))
    return Refusal{.message = "batch size " + std::to_string(count) + " > maximum allowed batch size " +
                              std::to_string(most) + " (--max-client-batch-size)"};
  return std::nullopt;
}

std::optional<Refusal> refuse_format(const BodyFields& fields) {
  const std::string format = fields.text("encoding_format").value_or("float");
  if (format == "float" || format == "base64") return std::nullopt;
  return Refusal{
      .message = "`encoding_format` is " + Value(format).json() + "; expected \"float\" or \"base64\"",
      .param = "encoding_format"};
}

}  // namespace mtt
