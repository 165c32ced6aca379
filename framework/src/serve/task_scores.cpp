#include "serve/task_scores.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "mtt/error.h"
#include "value/listed.h"

namespace mtt {

namespace {

bool gives_classes(const Task& task) { return !task.reads_tokens() && !task.label_names().empty(); }

bool scores_pairs(const Task& task) {
  return task.reads_pairs() && !task.reads_tokens() && task.label_names().size() <= 1;
}

template <class Fits>
std::variant<std::size_t, Refusal> only_task(const ServedModel& served,
                                             const std::optional<std::string>& name, const Fits& fits,
                                             const std::string& what, const char* route) {
  std::vector<std::string> names;
  std::size_t place = 0;
  for (std::size_t t = 0; t < served.tasks().size(); ++t) {
    const Task& task = served.tasks()[t];
    if (!fits(task) || (name && *name != task.name)) continue;
    place = t;
    names.push_back(task.name);
  }
  if (names.size() == 1) return place;
  if (names.empty())
    return Refusal{.status = 424,
                   .type = "Backend",
                   .message = (name ? "task '" + *name + "' has no " : "the model has no task with ") + what +
                              "; use POST /tasks for the predictions of all tasks"};
  return Refusal{.message = "several tasks have " + what + ": " + listed(names) + "; select one with POST " +
                            route + "/" + names.front()};
}

Value scored_label(const std::string& label, double score) {
  return Value::Table{{"score", score}, {"label", label}};
}

}  // namespace

std::variant<std::size_t, Refusal> task_with_probabilities(const ServedModel& served,
                                                           const std::optional<std::string>& name) {
  return only_task(served, name, gives_classes, "class probabilities of texts", "/predict");
}

std::variant<std::size_t, Refusal> task_that_scores_pairs(const ServedModel& served,
                                                          const std::optional<std::string>& name) {
  return only_task(served, name, scores_pairs, "scores of pairs", "/rerank");
}

Value class_scores(const Task& task, const Response& response, std::size_t place, std::size_t text, bool raw,
                   std::size_t most) {
  const Value& prediction = response.predictions[place][text];
  if (prediction.is(Value::Kind::null)) return {};
  Value::Array scores;
  const std::vector<std::string> labels = task.label_names();
  const std::vector<float>& outputs = response.logits[place][text];
  if (raw && outputs.size() == labels.size()) {
    for (std::size_t i = 0; i < labels.size(); ++i)
      scores.push_back(scored_label(labels[i], double{outputs[i]}));
    std::stable_sort(scores.begin(), scores.end(), [](const Value& a, const Value& b) {
      return a.at("score").number() > b.at("score").number();
    });
  } else if (const Value* top = raw ? nullptr : prediction.find("top"); top != nullptr) {
    for (const Value& entry : top->array())
      scores.push_back(scored_label(entry.at("label").string(), entry.at("score").number()));
  } else if (const Value* score = raw ? nullptr : prediction.find("score");
             score != nullptr && labels.size() == 1) {
    scores.push_back(scored_label(labels.front(), score->number()));
  } else {
    throw Error("task '" + task.name + "' has no " +
                (raw ? "raw scores; leave \"raw_scores\" out" : "class probabilities"));
  }
  if (scores.size() > most) scores.resize(most);
  return scores;
}

double pair_score(const Task& task, const Response& response, std::size_t place, std::size_t text, bool raw) {
  const Value& prediction = response.predictions[place][text];
  const std::vector<float>& outputs = response.logits[place][text];
  if (task.label_names().size() == 1 && outputs.size() == 1) {
    const double output = outputs.front();
    return raw ? output : 1 / (1 + std::exp(-output));
  }
  if (prediction.is(Value::Kind::table))
    for (const auto& [key, value] : prediction.table())
      if (value.is(Value::Kind::number)) return value.number();
  throw Error("task '" + task.name + "' does not return a score for pairs");
}

}  // namespace mtt
