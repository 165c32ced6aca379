#include "serve/tasks_route.h"

#include <limits>
#include <string_view>
#include <utility>

#include "model/prediction_row.h"
#include "model/task_places.h"
#include "serve/body_fields.h"
#include "serve/text_inputs.h"
#include "serve/text_settings.h"
#include "serve/vector_json.h"
#include "value/listed.h"

namespace mtt {

namespace {

/// How results are written.
struct ResultShape {
  bool embedding = true;
  bool base64 = false;
  bool by_name = false;  ///< tasks were asked for by name
};

std::vector<std::string> names_without(const std::vector<Task>& tasks, const Request& asked,
                                       const Value& predictions) {
  std::vector<std::string> names;
  for (std::size_t t = 0; t < tasks.size(); ++t)
    if (asked.asks(t) && predictions.find(tasks[t].name) == nullptr) names.push_back(tasks[t].name);
  return names;
}

std::variant<std::string, Refusal> results_json(const ServedModel& served, const Request& asked,
                                                const ResultShape& shape, const Response& response) {
  const std::vector<Task>& tasks = served.tasks();
  std::string json = "{\"model\":" + Value(served.name()).json() + ",\"results\":[";
  const auto count = static_cast<std::int64_t>(
      response.predictions.empty() ? response.sentences.size(0) : response.predictions.front().size());
  for (std::int64_t i = 0; i < count; ++i) {
    Value predictions{Value::Table{}};
    std::vector<std::string> skipped;
    if (!response.predictions.empty()) {
      predictions = task_predictions(tasks, response.predictions, i);
      skipped = names_without(tasks, asked, predictions);
    }
    if (shape.by_name && !skipped.empty())
      return Refusal{.message = "input " + std::to_string(i + 1) + " has no prediction of " +
                                listed(skipped) + ", which reads pairs; send [\"text\", \"second text\"], " +
                                "or remove the name from \"tasks\""};
    json += std::string(i > 0 ? "," : "") + "{";
    if (shape.embedding) json += "\"embedding\":" + vector_json(response.sentences, i, shape.base64) + ",";
    json += "\"tasks\":" + predictions.json() +
            ",\"skipped\":" + Value(Value::Array(skipped.begin(), skipped.end())).json() + "}";
  }
  return json + "],\"usage\":{\"tokens\":" + std::to_string(response.tokens) + "}}";
}

}  // namespace

Outcome answer_tasks(const ServedModel& served, const Value& body) {
  const BodyFields fields(body);
  std::vector<std::string_view> keys = {"inputs", "tasks", "embedding", "encoding_format", "top"};
  for (const TextSetting& setting : kTextSettings) keys.emplace_back(setting.key);
  fields.allow_only(keys);
  TextInputs inputs = texts_and_pairs(fields.at("inputs"));
  if (auto refusal = refuse_count(inputs.size(), "inputs", served.limits().batch)) return *refusal;
  if (!inputs.second_texts.empty() && !served.model().reads_pairs())
    fields.at("inputs").refuse("no task of the model reads pairs; send single texts");
  const bool by_name = fields.find("tasks") != nullptr;
  const std::vector<std::string> names = fields.texts("tasks");
  if (by_name && names.empty())
    fields.at("tasks").refuse("\"tasks\" is empty; leave it out to predict with all tasks");
  if (auto refusal = refuse_format(fields)) return *refusal;
  const ResultShape shape{fields.flag("embedding", true), fields.text("encoding_format") == "base64",
                          by_name};
  const bool predictions = !served.tasks().empty();
  if (!shape.embedding && !predictions)
    body.refuse(
        "the model has no tasks and \"embedding\" is false, so nothing would be returned; leave "
        "\"embedding\" "
        "out");
  const std::int64_t top = fields.integer("top").value_or(0);
  constexpr std::int64_t kMostClasses = std::numeric_limits<std::int32_t>::max();
  if (top < 0 || top > kMostClasses)
    fields.at("top").refuse("`top` is " + std::to_string(top) + "; expected 0 to " +
                            std::to_string(kMostClasses));
  Work work{.route = "tasks", .single = inputs.single};
  Request& request = work.request;
  request = {.texts = std::move(inputs.texts), .second_texts = std::move(inputs.second_texts)};
  request.sentences = shape.embedding;
  request.predictions = predictions;
  request.tasks = task_places(served.tasks(), names);
  request.top = top;
  read_text_settings(served, fields, request);
  Request asked;
  asked.tasks = request.tasks;
  work.write = [&served, asked, shape](Response& response) {
    return results_json(served, asked, shape, response);
  };
  return work;
}

}  // namespace mtt
