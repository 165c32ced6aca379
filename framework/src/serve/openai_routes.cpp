#include "serve/openai_routes.h"

#include <utility>

#include "model/truncated_vectors.h"
#include "serve/body_fields.h"
#include "serve/text_inputs.h"
#include "serve/text_settings.h"
#include "serve/vector_json.h"

namespace mtt {

namespace {

std::string embeddings_json(const at::Tensor& vectors, bool base64, std::int64_t tokens,
                            const std::string& name) {
  std::string json = R"({"object":"list","data":[)";
  for (std::int64_t i = 0; i < vectors.size(0); ++i)
    json += std::string(i > 0 ? "," : "") + R"({"object":"embedding","index":)" + std::to_string(i) +
            ",\"embedding\":" + vector_json(vectors, i, base64) + "}";
  const std::string count = std::to_string(tokens);
  return json + "],\"model\":" + Value(name).json() + ",\"usage\":{\"prompt_tokens\":" + count +
         ",\"total_tokens\":" + count + "}}";
}

}  // namespace

Outcome openai_embeddings(const ServedModel& served, const Value& body) {
  const BodyFields fields(body);
  TextInputs inputs = texts_or_ids(fields.at("input"), served.vocabulary());
  const auto most = static_cast<std::size_t>(served.limits().openai_batch);
  if (inputs.size() == 0 || inputs.size() > most)
    return Refusal{.message = "'input' has " + std::to_string(inputs.size()) + " entries; expected 1 to " +
                              std::to_string(most),
                   .param = "input"};
  if (auto refusal = refuse_format(fields)) return *refusal;
  const std::int64_t width = fields.integer("dimensions").value_or(served.width());
  if (!served.allows_width(width))
    return Refusal{.message = "'dimensions' is " + std::to_string(width) + ", but the model " +
                              served.name() + " has " + std::to_string(served.width()) +
                              " dimensions and was not trained for truncation to " + std::to_string(width) +
                              "; leave 'dimensions' out",
                   .param = "dimensions"};
  fields.text("model");
  fields.text("user");
  Work work{.route = "embed", .single = inputs.single};
  work.request = {.texts = std::move(inputs.texts), .token_ids = std::move(inputs.token_ids)};
  work.write = [&served, width, base64 = fields.text("encoding_format") == "base64"](Response& response) {
    const bool normalize = served.model().modules().normalizes();
    return embeddings_json(truncated_vectors(response.sentences, width, normalize), base64, response.tokens,
                           served.name());
  };
  return work;
}

namespace {

Value model_value(const ServedModel& served) {
  return Value::Table{
      {"id", served.name()}, {"object", "model"}, {"created", served.created()}, {"owned_by", "mtt"}};
}

}  // namespace

HttpResponse openai_models(const ServedModel& served) {
  return json_response(
      Value(Value::Table{{"object", "list"}, {"data", Value::Array{model_value(served)}}}).json());
}

HttpResponse openai_model(const ServedModel& served) { return json_response(model_value(served).json()); }

}  // namespace mtt
