#include "run/hugging_face_head.h"

#include <algorithm>
#include <array>

#include "mtt/error.h"
#include "text/component_json.h"

namespace mtt {
namespace {

struct Family {
  const char *prefix, *dense, *activation, *classifier;
};

/// The classifiers of sentences; all read the first token.
constexpr Family kFamilies[] = {
    {"Bert", "bert.pooler.dense", "tanh", "classifier"},
    {"Albert", "albert.pooler", "tanh", "classifier"},
    {"DistilBert", "pre_classifier", "relu", "classifier"},
    {"Roberta", "classifier.dense", "tanh", "classifier.out_proj"},
    {"XLMRoberta", "classifier.dense", "tanh", "classifier.out_proj"},
    {"Camembert", "classifier.dense", "tanh", "classifier.out_proj"},
    {"MPNet", "classifier.dense", "tanh", "classifier.out_proj"},
    {"Electra", "classifier.dense", "gelu", "classifier.out_proj"},
};
constexpr std::string_view kSentences = "ForSequenceClassification", kTokens = "ForTokenClassification";

std::string architecture(const Value& config) {
  const Value* classes = config.find("architectures");
  if (is_null(classes) || !classes->is(Value::Kind::array) || classes->array().size() != 1) return "";
  const Value& only = classes->array().front();
  return only.is(Value::Kind::string) ? only.string() : "";
}

std::size_t label_id(const std::string& key, std::size_t count, const Value& table) {
  const bool digits = !key.empty() && key.size() < 8 &&
                      std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::stoul(key) >= count)
    table.refuse("id2label has the id " + Value(key).json() + "; expected 0 to " + std::to_string(count - 1) +
                 ", each once");
  return std::stoul(key);
}

std::vector<std::string> labels_of(const Value& config) {
  const Value* table = config.find("id2label");
  if (is_null(table)) {
    std::int64_t count = 2;
    if (const Value* given = config.find("num_labels"); !is_null(given)) count = given->integer();
    if (count < 1 || count > 1'000'000) config.at("num_labels").refuse("num_labels is out of range");
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < count; ++i) names.push_back("LABEL_" + std::to_string(i));
    return names;
  }
  std::vector<std::string> names(table->table().size());
  for (const auto& [id, name] : table->table()) {
    std::string& place = names[label_id(id, names.size(), *table)];
    if (!place.empty()) table->refuse("id2label has an id twice; expected each once");
    place = name.string();
  }
  if (names.empty()) table->refuse("id2label is empty; expected at least one label");
  if (const Value* given = config.find("num_labels");
      !is_null(given) && given->integer() != static_cast<std::int64_t>(names.size()))
    given->refuse("num_labels is " + std::to_string(given->integer()) + ", but id2label has " +
                  std::to_string(names.size()) + " labels; remove num_labels");
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end() || sorted.front().empty())
    table->refuse(twice == sorted.end() ? "id2label has an empty label; give it a name"
                                        : "id2label has the label " + Value(*twice).json() +
                                              " twice; give each id a label of its own");
  return names;
}

ProblemType type_of(const Value& config, std::size_t labels) {
  const Value* problem = config.find("problem_type");
  if (is_null(problem)) return labels == 1 ? ProblemType::multi_label : ProblemType::single_label;
  const std::string& type = problem->string();
  if (type == "multi_label_classification") return ProblemType::multi_label;
  if (type == "single_label_classification" && labels > 1) return ProblemType::single_label;
  if (type == "regression" && labels == 1) return ProblemType::regression;
  if (type == "regression")
    problem->refuse("problem_type is 'regression' with " + std::to_string(labels) +
                    " labels; a regression of several numbers is not supported, expected one label");
  problem->refuse("problem_type '" + type + "' does not fit " + std::to_string(labels) +
                  " labels; expected single_label_classification (two or more labels), "
                  "multi_label_classification or regression (one)");
}

}  // namespace

std::optional<HuggingFaceHead> hugging_face_head(const Value& config) {
  HuggingFaceHead head;
  head.architecture = architecture(config);
  for (const Family& family : kFamilies) {
    const bool tokens = head.architecture == std::string(family.prefix) + std::string(kTokens);
    if (!tokens && head.architecture != std::string(family.prefix) + std::string(kSentences)) continue;
    head.labels = labels_of(config);
    head.type = tokens ? ProblemType::token_classification : type_of(config, head.labels.size());
    head.dense = tokens ? "" : family.dense;
    head.activation = tokens ? "" : family.activation;
    head.classifier = tokens ? "classifier" : family.classifier;
    return head;
  }
  return std::nullopt;
}

std::string unknown_head(const Value& config) {
  const std::string name = architecture(config);
  const std::size_t at = name.find("For");
  const std::string_view task = at == std::string::npos ? "" : std::string_view(name).substr(at);
  return task == kSentences || task == kTokens || task == "ForQuestionAnswering" ||
                 task == "ForMultipleChoice"
             ? name
             : "";
}

}  // namespace mtt
