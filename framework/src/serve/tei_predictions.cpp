#include "serve/tei_predictions.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "model/top_classes.h"
#include "serve/body_fields.h"
#include "serve/task_scores.h"
#include "serve/text_inputs.h"
#include "serve/text_settings.h"

namespace mtt {

namespace {

/// Of `parameters`, which Hugging Face's clients send: how many classes are wanted.
std::size_t class_limit(const BodyFields& fields) {
  const Value* given = fields.find("parameters");
  if (given == nullptr) return std::numeric_limits<std::size_t>::max();
  const BodyFields parameters(*given);
  if (parameters.find("function_to_apply") != nullptr)
    parameters.at("function_to_apply")
        .refuse(
            "\"function_to_apply\" is not supported; leave it out, or set \"raw_scores\" to true for logits");
  const auto limit = parameters.integer("top_k");
  if (limit && *limit < 1)
    parameters.at("top_k").refuse("\"top_k\" is " + std::to_string(*limit) + "; expected at least 1");
  return limit ? static_cast<std::size_t>(*limit) : std::numeric_limits<std::size_t>::max();
}

}  // namespace

Outcome tei_predict(const ServedModel& served, const std::optional<std::string>& task, const Value& body) {
  const BodyFields fields(body);
  TextInputs inputs = one_or_batch(fields.at("inputs"));
  if (auto refusal = refuse_count(inputs.size(), "inputs", served.limits().batch)) return *refusal;
  const auto chosen = task_with_probabilities(served, task);
  if (const auto* refusal = std::get_if<Refusal>(&chosen)) return *refusal;
  const std::size_t place = std::get<std::size_t>(chosen);
  if (!served.tasks()[place].reads_pairs() && !inputs.second_texts.empty())
    fields.at("inputs").refuse(
        "task '" + served.tasks()[place].name +
        "' reads single texts; send \"text\" for one text, or [[\"text\"], [\"text\"]] for several");
  const bool raw = fields.flag("raw_scores", false);
  const std::size_t most = class_limit(fields);
  // Hugging Face's clients send `parameters`, and expect a list of lists for one text, too.
  const bool flat = inputs.single && fields.find("parameters") == nullptr;
  Work work{.route = "predict", .single = inputs.single};
  work.request = {.texts = std::move(inputs.texts), .second_texts = std::move(inputs.second_texts)};
  work.request.sentences = false;
  work.request.predictions = true;
  work.request.tasks = {place};
  work.request.logits = true;
  work.request.top = kAllClasses;
  read_text_settings(served, fields, work.request);
  work.write = [&served, place, raw, most, flat](Response& response) -> std::variant<std::string, Refusal> {
    const Task& own = served.tasks()[place];
    Value::Array all;
    for (std::size_t i = 0; i < response.predictions[place].size(); ++i) {
      all.push_back(class_scores(own, response, place, i, raw, most));
      if (all.back().is(Value::Kind::null))
        return Refusal{.message = "task '" + own.name + "' reads pairs; send [\"text\", \"second text\"]"};
    }
    return (flat ? all.front() : Value(std::move(all))).json();
  };
  return work;
}

Outcome tei_rerank(const ServedModel& served, const std::optional<std::string>& task, const Value& body) {
  const BodyFields fields(body);
  const std::string query = fields.at("query").string();
  fields.at("texts");
  std::vector<std::string> texts = fields.texts("texts");
  if (auto refusal = refuse_count(texts.size(), "texts", served.limits().batch)) return *refusal;
  const auto chosen = task_that_scores_pairs(served, task);
  if (const auto* refusal = std::get_if<Refusal>(&chosen)) return *refusal;
  const std::size_t place = std::get<std::size_t>(chosen);
  const bool raw = fields.flag("raw_scores", false);
  const bool with_text = fields.flag("return_text", false);
  Work work{.route = "rerank"};
  work.request.texts.assign(texts.size(), query);
  work.request.second_texts.assign(texts.begin(), texts.end());
  work.request.sentences = false;
  work.request.predictions = true;
  work.request.tasks = {place};
  work.request.logits = true;
  read_text_settings(served, fields, work.request);
  work.write = [&served, place, raw, with_text, texts = std::move(texts)](Response& response) {
    std::vector<double> scores;
    for (std::size_t i = 0; i < texts.size(); ++i)
      scores.push_back(pair_score(served.tasks()[place], response, place, i, raw));
    std::vector<std::size_t> order(texts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return scores[a] > scores[b]; });
    Value::Array ranked;
    for (const std::size_t i : order) {
      Value& entry =
          ranked.emplace_back(Value::Table{{"index", static_cast<std::int64_t>(i)}, {"score", scores[i]}});
      if (with_text) entry.set("text", texts[i]);
    }
    return Value(std::move(ranked)).json();
  };
  return work;
}

}  // namespace mtt
