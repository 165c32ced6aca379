#include "model/task.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "io/terminal_text.h"
#include "model/top_classes.h"
#include "mtt/error.h"
#include "value/utf8.h"

namespace mtt {
namespace {

/// A string within a value, or a key, that is not valid UTF-8; else nullptr.
const std::string* invalid_text(const Value& value) {
  const auto invalid = [](const std::string& text) { return find_invalid_utf8(text) != std::string::npos; };
  if (value.is(Value::Kind::string)) return invalid(value.string()) ? &value.string() : nullptr;
  if (value.is(Value::Kind::array)) {
    for (const Value& item : value.array())
      if (const std::string* text = invalid_text(item)) return text;
  } else if (value.is(Value::Kind::table)) {
    for (const auto& [key, item] : value.table()) {
      if (invalid(key)) return &key;
      if (const std::string* text = invalid_text(item)) return text;
    }
  }
  return nullptr;
}

bool has_trainable(const nn::Module& module) {
  const auto parameters = module.parameters();
  return std::any_of(parameters.begin(), parameters.end(),
                     [](const nn::NamedParameter& p) { return p.tensor.requires_grad(); });
}

}  // namespace

Task::Task(std::string name, std::string plugin, Reading reading, std::unique_ptr<Head> head, bool trained,
           ProblemType problem_type)
    : name(std::move(name)),
      plugin(std::move(plugin)),
      reading(std::move(reading)),
      trained(trained),
      problem_type(problem_type),
      head_(std::move(head)) {}

std::string Task::who() const { return "task '" + name + "': the head '" + plugin + "' "; }

Reads Task::reads() const {
  return call_plugin(call("reads"), [&] { return head_->reads(); });
}
bool Task::coupled() const {
  return call_plugin(call("coupled"), [&] { return head_->coupled(); });
}
bool Task::convex() const {
  return call_plugin(call("convex"), [&] { return head_->convex(); });
}
bool Task::transforms() const {
  return call_plugin(call("transforms"), [&] { return head_->transforms(); });
}
LossKind Task::loss_kind() const {
  return call_plugin(call("loss_kind"), [&] { return head_->loss_kind(); });
}
LabelKind Task::label_kind() const {
  return call_plugin(call("label_kind"), [&] { return head_->label_kind(); });
}
double Task::penalty_scale() const {
  return call_plugin(call("penalty_scale"), [&] { return head_->penalty_scale(); });
}
std::vector<std::string> Task::label_names() const {
  return call_plugin(call("label_names"), [&] { return head_->label_names(); });
}
std::vector<std::string> Task::output_names() const {
  return call_plugin(call("output_names"), [&] { return head_->output_names(); });
}
std::vector<std::string> Task::initialisations() const {
  return call_plugin(call("initialisations"), [&] { return head_->initialisations(); });
}

void Task::learn_labels(const std::vector<Value>& labels) {
  call_plugin(call("learn_labels"), [&] { head_->learn_labels(labels); });
}
void Task::learn_vocabulary(const Vocabulary& vocabulary) {
  call_plugin(call("learn_vocabulary"), [&] { head_->learn_vocabulary(vocabulary); });
}
void Task::restore(const Value& state) {
  call_plugin(call("restore"), [&] { head_->restore(state); });
}
Value Task::state() const {
  return call_plugin(call("state"), [&] { return head_->state(); });
}
void Task::build(std::int64_t width) {
  call_plugin(call("build"), [&] { head_->build(width); });
}
void Task::initialise(const std::string& method, const at::Tensor& features, const at::Tensor& targets) {
  call_plugin(call("initialise"), [&] { head_->initialise(method, features, targets); });
}

at::Tensor Task::forward(const Encoding& encoding) const {
  at::Tensor logits = call_plugin(call("forward"), [&] { return head_->forward(encoding); });
  if (!logits.defined()) throw Error(who() + "returned no logits; its forward is wrong");
  return logits;
}

at::Tensor Task::prepare(const std::vector<Value>& labels, const PackedBatch& batch,
                         const Groups& groups) const {
  const Groups read = grouped() ? groups : Groups();
  return call_plugin(call("prepare"), [&] { return head_->prepare(labels, batch, read); });
}

TransformedInput Task::transform(const PackedBatch& input, std::int64_t vocabulary,
                                 RandomStream& random) const {
  TransformedInput changed = call_plugin(call("transform"), [&] { return head_->transform(input, random); });
  const auto refuse = [&](const std::string& what) { throw Error(who() + "returned " + what); };
  const auto is_vector = [](const at::Tensor& tensor, std::int64_t rows) {
    return tensor.defined() && tensor.device().is_cpu() && tensor.dim() == 1 && tensor.size(0) == rows;
  };
  const at::Tensor &ids = changed.ids, &targets = changed.targets;
  const std::int64_t tokens = input.tokens(), rows = reads_tokens() ? tokens : 1;
  if (!is_vector(ids, tokens) || ids.scalar_type() != at::kLong)
    refuse("transformed ids of another shape or type than int64 [" + std::to_string(tokens) +
           "], one per token; its transform is wrong");
  if (tokens > 0 && (ids.min().item<std::int64_t>() < 0 || ids.max().item<std::int64_t>() >= vocabulary))
    refuse("a transformed id outside 0 to " + std::to_string(vocabulary - 1) + "; its transform is wrong");
  if (!is_vector(targets, rows) || (targets.scalar_type() != at::kLong && !targets.is_floating_point()))
    refuse("targets of another shape or type than int64 or float [" + std::to_string(rows) + "], one per " +
           (reads_tokens() ? "token" : "input") + "; its transform is wrong");
  return changed;
}

at::Tensor Task::loss(const Encoding& encoding, const at::Tensor& targets) const {
  at::Tensor loss = call_plugin(call("loss"), [&] { return head_->loss(encoding, targets); });
  if (!loss.defined() || loss.dim() != 0)
    throw Error(who() + "returned a loss that " +
                (loss.defined() ? "has " + std::to_string(loss.dim()) + " dimensions" : "is undefined") +
                "; expected the sum over the rows that have a target, a scalar");
  if (at::GradMode::is_enabled() && !loss.requires_grad() &&
      (encoding.tokens.requires_grad() || encoding.sentences.requires_grad() || has_trainable(*head_)))
    throw Error(who() + "returned a loss without a gradient; compute it only with tensor operators");
  return loss;
}

double Task::count(const at::Tensor& targets) const {
  const double count = call_plugin(call("count"), [&] { return head_->count(targets); });
  if (!std::isfinite(count) || count < 0)
    throw Error(who() + "counts " + std::to_string(count) + " targets; expected 0 or more");
  return count;
}

std::vector<Value> Task::decode(const at::Tensor& logits, const PackedBatch& batch, const Groups& groups,
                                std::size_t expected, std::int64_t top) const {
  if (!std::isfinite(logits.sum().item<float>()))
    throw Error("task '" + name +
                "' returns values that are not finite; its weights or those of the model are damaged");
  const Groups read = grouped() ? groups : Groups();
  auto decoded = call_plugin(call("decode"), [&] { return head_->decode(logits, batch, read); });
  if (decoded.size() != expected)
    throw Error(who() + "returned " + std::to_string(decoded.size()) + " predictions for " +
                std::to_string(expected) + (grouped() ? " groups" : " inputs") + "; its decode is wrong");
  if (top > 0) add_top_classes(*this, logits, top, decoded);
  for (const Value& prediction : decoded)
    if (const std::string* text = invalid_text(prediction))
      throw Error(who() + "returned the text \"" + printable(*text) +
                  "\", which is not valid UTF-8; its decode or its labels are wrong");
  return decoded;
}

at::Tensor Task::probabilities(const at::Tensor& logits, std::size_t predictions) const {
  const at::Tensor given = call_plugin(call("probabilities"), [&] { return head_->probabilities(logits); });
  if (!given.defined()) return given;
  const auto classes = static_cast<std::int64_t>(label_names().size());
  if (given.dim() != 2 || given.size(0) != static_cast<std::int64_t>(predictions) || given.size(1) != classes)
    throw Error(who() + "returned probabilities of another shape than [" + std::to_string(predictions) +
                ", " + std::to_string(classes) + "], one row per prediction and one column per label");
  if (!given.isfinite().all().item<bool>()) throw Error(who() + "returned probabilities that are not finite");
  return given;
}

std::vector<Metric> Task::score(const std::vector<Value>& predictions,
                                const std::vector<Value>& labels) const {
  std::vector<Metric> metrics = call_plugin(call("score"), [&] { return head_->score(predictions, labels); });
  if (metrics.empty()) throw Error(who() + "returned no metric for labelled examples; its score is wrong");
  std::set<std::string> names;
  for (const Metric& metric : metrics)
    if (metric.name.empty() || !names.insert(metric.name).second)
      throw Error(who() + "returned two metrics named " + Value(metric.name).json() +
                  ", or one without a name; its score is wrong");
  return metrics;
}

std::optional<bool> Task::right(const Value& prediction, const Value& label) const {
  return call_plugin(call("right"), [&] { return head_->right(prediction, label); });
}

}  // namespace mtt
