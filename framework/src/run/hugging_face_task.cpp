#include "run/hugging_face_task.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <tuple>

#include "io/safetensors.h"
#include "mtt/error.h"
#include "mtt/label_set.h"
#include "plugin/make_parts.h"

namespace mtt {
namespace {

constexpr double kNever = -1e4;  // the logit of a tag that the model does not have

/// id2label as a list.
std::vector<std::string> outputs_of(const Value& config) {
  const Value& table = config.at("id2label");
  std::vector<std::string> names(table.table().size());
  for (const auto& [id, name] : table.table()) {
    std::size_t place = names.size();
    if (!id.empty() && id.size() < 8 &&
        std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; }))
      place = std::stoul(id);
    if (place >= names.size() || !names[place].empty())
      table.refuse("id2label has the id " + Value(id).json() + "; expected 0 to " +
                   std::to_string(names.size() - 1) + ", each once");
    names[place] = name.string();
  }
  return names;
}

at::Tensor classifier(const Weights& weights, const std::string& name,
                      const std::vector<std::int64_t>& shape) {
  for (const TensorView& view : weights.tensors()) {
    if (view.name != name) continue;
    if (view.dtype != DType::F32 || view.shape != shape)
      throw Error(weights.source() + ": tensor '" + name +
                  "' does not fit the labels of config.json in float32");
    return at::from_blob(const_cast<std::byte*>(view.data), view.shape, at::kFloat).clone();
  }
  throw Error(weights.source() + ": there is no tensor '" + name + "', which the head needs");
}

/// Labels of tags O, B-x and I-x, and for each of our tags the row of the model's, -1 where it has none.
std::pair<LabelSet, std::vector<std::int64_t>> rows_of_tags(const std::vector<std::string>& tags,
                                                            const Value& config) {
  std::vector<std::string> labels;
  for (const std::string& tag : tags) {
    if (tag == "O") continue;
    if (tag.size() < 3 || (!tag.starts_with("B-") && !tag.starts_with("I-")))
      config.at("id2label").refuse("the tag " + Value(tag).json() + " is not one of O, B-x and I-x");
    labels.push_back(tag.substr(2));
  }
  const LabelSet set = LabelSet::sorted(std::move(labels));
  std::vector<std::string> ours = {"O"};
  for (std::int64_t i = 0; i < set.size(); ++i)
    for (const char* begin : {"B-", "I-"}) ours.push_back(begin + set.name(i));
  std::vector<std::int64_t> rows;
  for (const std::string& tag : ours) {
    const auto found = std::find(tags.begin(), tags.end(), tag);
    rows.push_back(found == tags.end() ? -1 : found - tags.begin());
  }
  return {set, rows};
}

}  // namespace

std::optional<Task> hugging_face_task(const Encoder& encoder, PluginCatalog& plugins) {
  const Value& config = encoder.directory.config;
  const Value* classes = config.find("architectures");
  const std::string kind = classes && classes->is(Value::Kind::array) && classes->array().size() == 1 &&
                                   classes->array()[0].is(Value::Kind::string)
                               ? classes->array()[0].string()
                               : "";
  const bool tokens = kind == "BertForTokenClassification";
  if (!tokens && kind != "BertForSequenceClassification") return std::nullopt;

  const std::vector<std::string> outputs = outputs_of(config);
  const auto count = static_cast<std::int64_t>(outputs.size());
  const std::int64_t hidden = encoder.model->backbone().shape().hidden;
  const Weights weights = Weights::read(encoder.directory.transformer);
  const at::Tensor weight = classifier(weights, "classifier.weight", {count, hidden});
  const at::Tensor bias = classifier(weights, "classifier.bias", {count});

  Task task{tokens ? "tags" : "label",
            tokens       ? "token_classification"
            : count == 1 ? "regression"
                         : "classification",
            Reading{}, nullptr, true};
  LabelSet labels;
  std::vector<std::int64_t> rows;
  if (tokens) {
    std::tie(labels, rows) = rows_of_tags(outputs, config);
  } else {
    if (count > 1) labels = LabelSet(outputs);
    for (std::int64_t i = 0; i < count; ++i) rows.push_back(i);
  }
  const HeadPlugin plugin = plugins.head(task.plugin);
  Value options;
  if (labels.size() > 0) options.set("labels", labels.value());
  task.head = make_head(plugin, Options::read(plugin.options, options, "the head"));
  call_plugin(call_of(task, "learn_labels and build"), [&] {
    task.head->learn_labels({});
    task.head->build(encoder.model->feature_width(task.reading, task.head->level()));
  });
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : task.head->parameters()) {
    const bool is_bias = name.ends_with(".bias");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      at::Tensor into = at::Tensor(tensor)[static_cast<std::int64_t>(i)];
      if (rows[i] >= 0)
        into.copy_((is_bias ? bias : weight)[rows[i]]);
      else
        into.fill_(is_bias ? kNever : 0);
    }
  }
  return task;
}

}  // namespace mtt
