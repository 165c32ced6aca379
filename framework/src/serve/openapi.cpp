#include "serve/openapi.h"

#include <limits>
#include <utility>

#include "serve/assets.h"
#include "serve/task_scores.h"
#include "serve/text_settings.h"
#include "value/json.h"

namespace mtt {

namespace {

Value reference(const std::string& name) { return Value::Table{{"$ref", "#/components/schemas/" + name}}; }

Value any_of(Value::Array schemas) { return Value::Table{{"anyOf", std::move(schemas)}}; }

Value nullable(const char* type) { return Value::Table{{"type", Value::Array{type, "null"}}}; }

Value array_of(Value items, std::int64_t most) {
  return Value::Table{{"type", "array"}, {"minItems", 1}, {"maxItems", most}, {"items", std::move(items)}};
}

Value object(Value::Table properties, Value::Array required) {
  return Value::Table{
      {"type", "object"}, {"required", std::move(required)}, {"properties", std::move(properties)}};
}

Value operation(const std::string& summary, Value request, Value answer) {
  const auto content = [](Value schema) {
    return Value::Table{{"application/json", Value::Table{{"schema", std::move(schema)}}}};
  };
  return Value::Table{
      {"post",
       Value::Table{
           {"summary", summary},
           {"requestBody", Value::Table{{"required", true}, {"content", content(std::move(request))}}},
           {"responses",
            Value::Table{
                {"200", Value::Table{{"description", "The answer"}, {"content", content(std::move(answer))}}},
                {"default", Value::Table{{"$ref", "#/components/responses/Error"}}}}}}}};
}

/// An object that may also have the keys of read_text_settings.
Value with_text_settings(Value schema) {
  for (const TextSetting& setting : kTextSettings)
    schema.find("properties")->set(setting.key, reference(setting.schema));
  return schema;
}

Value predict_operation(const ServedModel& served, const Task& task) {
  const std::int64_t most = served.limits().batch;
  Value::Array inputs;
  const Value lone(Value::Table{
      {"type", "array"}, {"minItems", 1}, {"maxItems", 1}, {"items", Value::Table{{"type", "string"}}}});
  Value::Array batch;
  if (task.reads_single_texts()) {
    inputs.push_back(Value::Table{{"type", "string"}});
    batch.push_back(lone);
  }
  if (task.reads_pairs()) {
    inputs.push_back(reference("Pair"));
    batch.push_back(reference("Pair"));
  }
  inputs.push_back(array_of(any_of(std::move(batch)), most));
  const Value parameters(Value::Table{
      {"type", Value::Array{"object", "null"}},
      {"properties",
       Value::Table{{"top_k", Value::Table{{"type", Value::Array{"integer", "null"}}, {"minimum", 1}}},
                    {"function_to_apply", Value::Table{{"type", "null"}}}}}});
  const Value request = with_text_settings(object({{"inputs", any_of(std::move(inputs))},
                                                   {"raw_scores", nullable("boolean")},
                                                   {"parameters", parameters}},
                                                  {"inputs"}));
  return operation(
      "Class probabilities of task '" + task.name + "'", request,
      any_of({reference("Scores"), Value::Table{{"type", "array"}, {"items", reference("Scores")}}}));
}

Value rerank_operation(const ServedModel& served, const Task& task) {
  const Value text(Value::Table{{"type", "string"}});
  const Value request = with_text_settings(object({{"query", text},
                                                   {"texts", array_of(text, served.limits().batch)},
                                                   {"raw_scores", nullable("boolean")},
                                                   {"return_text", nullable("boolean")}},
                                                  {"query", "texts"}));
  const Value entry = object({{"index", Value::Table{{"type", "integer"}}},
                              {"score", Value::Table{{"type", "number"}}},
                              {"text", text}},
                             {"index", "score"});
  return operation("Texts sorted by their score for a query, task '" + task.name + "'", request,
                   Value(Value::Table{{"type", "array"}, {"items", entry}}));
}

Value tasks_request(const ServedModel& served, bool pairs_only) {
  Value::Array names;
  for (const Task& task : served.tasks())
    if (pairs_only || task.reads_single_texts()) names.emplace_back(task.name);
  const Value text(Value::Table{{"type", "string"}});
  Value::Array kinds = {text};
  if (served.model().reads_pairs()) kinds.push_back(reference("Pair"));
  Value inputs = pairs_only ? array_of(reference("Pair"), served.limits().batch)
                            : any_of({text, array_of(any_of(std::move(kinds)), served.limits().batch)});
  Value embedding(Value::Table{{"description", "Whether vectors are returned; default: true"}});
  if (served.tasks().empty())
    embedding.set("enum", Value::Array{true, Value()});
  else
    embedding.set("type", Value::Array{"boolean", "null"});
  Value tasks = nullable("array");
  if (names.empty()) {
    tasks = Value::Table{{"type", "null"}};
  } else {
    tasks.set("minItems", 1);
    tasks.set("items", Value::Table{{"enum", std::move(names)}});
  }
  tasks.set("description", "Names of the tasks to predict; default: all");
  Value request = with_text_settings(object(
      {{"inputs", std::move(inputs)},
       {"tasks", std::move(tasks)},
       {"embedding", std::move(embedding)},
       {"encoding_format", Value::Table{{"enum", Value::Array{"float", "base64", Value()}}}},
       {"top", Value::Table{{"description", "How many of the most probable classes each prediction lists"},
                            {"type", Value::Array{"integer", "null"}},
                            {"minimum", 0},
                            {"maximum", std::numeric_limits<std::int32_t>::max()}}}},
      {"inputs"}));
  request.set("additionalProperties", false);
  return request;
}

}  // namespace

std::string openapi_document(const ServedModel& served) {
  Value document = parse_json(kOpenApi, "openapi.json");
  document.find("info")->set("version", MTT_VERSION);
  Value& paths = *document.find("paths");
  Value& schemas = *document.find("components")->find("schemas");
  const std::int64_t most = served.limits().batch, most_openai = served.limits().openai_batch;

  for (const char* name : {"EmbedRequest", "EmbedAllRequest", "SimilarityParameters"})
    schemas.set(name, with_text_settings(*schemas.find(name)));
  schemas.find("Texts")->set("maxItems", most);
  schemas.find("TokenIds")->find("items")->set("maximum", served.vocabulary() - 1);
  Value::Array prompts;
  for (const auto& [name, text] : served.open().encoder.directory.prompts) prompts.emplace_back(name);
  prompts.emplace_back();
  schemas.find("PromptName")->set("enum", std::move(prompts));
  schemas.find("TextsOrIds")->find("anyOf")->array().back().set("maxItems", most);
  Value& openai = *schemas.find("OpenAIRequest")->find("properties");
  Value::Array& inputs = openai.find("input")->find("anyOf")->array();
  inputs[1].set("maxItems", most_openai);
  inputs.back().set("maxItems", most_openai);
  Value::Array widths;
  for (std::int64_t width = 1; width <= served.width(); ++width)
    if (served.allows_width(width)) widths.emplace_back(width);
  widths.emplace_back();
  openai.find("dimensions")->set("enum", std::move(widths));
  schemas.find("EmbedRequest")->find("properties")->find("dimensions")->set("maximum", served.width());
  Value::Array requests = {tasks_request(served, false)};
  if (served.model().reads_pairs()) requests.push_back(tasks_request(served, true));
  schemas.set("TasksRequest", any_of(std::move(requests)));

  Value embed = *operation("Vectors of texts", reference("EmbedRequest"), reference("Vectors")).find("post");
  paths.find("/")->set("post", embed);
  paths.find("/embed")->set("post", std::move(embed));
  const auto add = [&](const char* path, const auto& chosen, const auto& describe) {
    if (const auto only = chosen(served, std::nullopt); std::holds_alternative<std::size_t>(only))
      paths.set(path, describe(served, served.tasks()[std::get<std::size_t>(only)]));
    for (const Task& task : served.tasks())
      if (std::holds_alternative<std::size_t>(chosen(served, task.name)))
        paths.set(std::string(path) + "/" + task.name, describe(served, task));
  };
  add("/predict", task_with_probabilities, predict_operation);
  add("/rerank", task_that_scores_pairs, rerank_operation);
  return document.json();
}

}  // namespace mtt
