#include "freeze/policy_table.h"

#include <algorithm>

#include "model/parameter_name.h"
#include "mtt/error.h"

namespace mtt {
namespace {

const std::vector<std::string> kPlaces = {"attention.query",  "attention.key",    "attention.value",
                                          "attention.output", "ffn.intermediate", "ffn.output"};
constexpr std::int64_t kLoraRank = 8, kHoulsbySize = 64;

FreezeRule frozen(std::string selector) { return {std::move(selector), false}; }
FreezeRule trained(std::string selector) { return {std::move(selector), true}; }

/// Embeddings and the layers below `count` frozen.
std::vector<FreezeRule> bottom(std::int64_t count) {
  std::vector<FreezeRule> rules = {trained("*"), frozen("backbone.embeddings")};
  if (count > 0) rules.push_back(frozen("backbone.layers.0-" + std::to_string(count - 1)));
  return rules;
}

std::vector<FreezeRule> heads_and(std::vector<std::string> selectors) {
  std::vector<FreezeRule> rules = {frozen("*")};
  for (std::string& selector : selectors) rules.push_back(trained(std::move(selector)));
  rules.push_back(trained("heads"));
  return rules;
}

std::vector<Phase> gradual(std::int64_t layers, std::int64_t epochs, bool heads_first) {
  std::vector<Phase> phases;
  if (heads_first) phases.push_back({"heads", 0, heads_and({})});
  for (std::int64_t l = layers - 1; l >= 0; --l) {
    const auto first = static_cast<std::int64_t>(phases.size()) * epochs;
    std::vector<FreezeRule> rules = bottom(l);
    phases.push_back({"layer " + std::to_string(l) + " and above", first, std::move(rules)});
  }
  phases.push_back({"everything", static_cast<std::int64_t>(phases.size()) * epochs, {trained("*")}});
  return phases;
}

/// The same parameters from the start to the end; the phase has the name of the policy.
FreezePolicy constant(const PolicyContext& context, std::vector<FreezeRule> rules) {
  return {.phases = {{context.freeze.string("policy"), 0, std::move(rules)}}};
}

std::int64_t layer_count(const Options& freeze, std::int64_t layers) {
  const std::int64_t k = freeze.integer("layers");
  if (!freeze.given("layers"))
    freeze.value("policy").refuse("[freeze] policy \"" + freeze.string("policy") +
                                  "\" needs layers, a number from 0 to " + std::to_string(layers));
  if (k > layers)
    freeze.value("layers").refuse("[freeze] layers is " + std::to_string(k) + ", but the backbone has " +
                                  std::to_string(layers) + " layers");
  return k;
}

std::vector<FreezeRule> without_heads(const Options& freeze, const std::vector<std::string>& tasks) {
  std::vector<FreezeRule> rules = {trained("*")};
  const std::vector<std::string> heads = freeze.strings("heads");
  if (heads.empty())
    freeze.value("policy").refuse("[freeze] policy \"heads\" needs heads, the tasks whose heads are frozen");
  for (const std::string& head : heads) {
    if (std::find(tasks.begin(), tasks.end(), head) == tasks.end())
      freeze.value("heads").refuse(
          "[freeze] there is no task '" + head + "'" +
          (nearest(head, tasks).empty() ? "" : "; did you mean '" + nearest(head, tasks) + "'?"));
    rules.push_back(frozen(std::string(kHeadsPrefix) + head));
  }
  return rules;
}

std::vector<Phase> probe_then_tune(const Options& freeze, const std::vector<std::string>& random_heads) {
  const std::int64_t epochs = freeze.integer("epochs");
  if (epochs > 0) return {{"heads", 0, heads_and({})}, {"everything", epochs, {trained("*")}}};
  if (!random_heads.empty())
    freeze.value("policy").refuse(
        "[freeze] policy \"probe_then_tune\" begins with fitted heads, but task '" + random_heads.front() +
        "' starts with random weights; remove its init, or set epochs in [freeze] to "
        "train the heads first");
  return {{"everything", 0, {trained("*")}}};
}

std::vector<FreezeRule> by_pattern(const Options& freeze) {
  std::vector<FreezeRule> rules = {trained("*")};
  for (const std::string& selector : freeze.strings("freeze")) rules.push_back(frozen(selector));
  for (const std::string& selector : freeze.strings("train")) rules.push_back(trained(selector));
  if (rules.size() == 1)
    freeze.value("policy").refuse(
        "[freeze] policy \"pattern\" needs freeze, a list of selectors such as "
        "\"backbone.layers.0-3\" or \"*.bias\"");
  return rules;
}

AdapterSettings lora(const Options& freeze) {
  AdapterSettings adapters{.kind = AdapterSettings::Kind::lora,
                           .places = freeze.strings("places"),
                           .size = freeze.integer("size"),
                           .alpha = freeze.number("alpha")};
  if (adapters.places.empty()) adapters.places = {"attention.query", "attention.value"};
  if (adapters.size == 0) adapters.size = kLoraRank;
  return adapters;
}

AdapterSettings houlsby(const Options& freeze) {
  AdapterSettings adapters{.kind = AdapterSettings::Kind::houlsby,
                           .places = freeze.strings("places"),
                           .size = freeze.integer("size"),
                           .alpha = freeze.number("alpha")};
  if (adapters.places.empty()) adapters.places = {"attention.output", "ffn.output"};
  if (adapters.size == 0) adapters.size = kHoulsbySize;
  return adapters;
}

FreezePolicy autofreeze(const PolicyContext& context) {
  FreezePolicy policy = constant(context, bottom(0));
  policy.auto_freeze = AutoFreezeSettings{.percentile = context.freeze.number("percentile"),
                                          .intervals = context.freeze.integer("intervals")};
  return policy;
}

OptionList layers_option() {
  return OptionList().integer("layers", 0, 0, 10'000, "Number of layers for bottom_layers and top_layers.");
}

OptionList heads_option() {
  return OptionList().strings("heads", std::vector<std::string>{},
                              "Tasks whose heads are frozen with policy = heads.");
}

OptionList pattern_options() {
  return OptionList()
      .strings("freeze", std::vector<std::string>{},
               "Selectors of the frozen parameters with policy = pattern.")
      .strings("train", std::vector<std::string>{},
               "Selectors of the parameters that stay trainable with policy = pattern.");
}

OptionList epochs_option() {
  return OptionList().integer(
      "epochs", 0, 0, 1'000'000,
      "Epochs per phase of gradual (0: 1), or of the first phase of probe_then_tune, which trains "
      "only the heads (0: no such phase).");
}

OptionList adapter_options() {
  return OptionList()
      .choices("places", std::vector<std::string>{}, kPlaces,
               "Modules with adapters; empty: attention.query and attention.value for lora, attention.output "
               "and ffn.output for houlsby.")
      .integer("size", 0, 0, 65'536, "Rank of LoRA (0: 8), or bottleneck size of Houlsby adapters (0: 64).");
}

OptionList lora_options() {
  return adapter_options().number("alpha", 16, 0, 1e6,
                                  "LoRA scaling: updates are multiplied by alpha / rank.");
}

OptionList autofreeze_options() {
  return OptionList()
      .number("percentile", 50, 0, 100,
              "autofreeze: percentile of the layers' gradient changes below which a layer is frozen.")
      .integer("intervals", 5, 1, 100'000, "autofreeze: number of freezing decisions per epoch.");
}

}  // namespace

const std::vector<PolicyRow>& freeze_policies() {
  using Context = const PolicyContext&;
  static const std::vector<PolicyRow> rows = {
      {"none", "", {}, [](Context c) { return constant(c, {trained("*")}); }},
      {"backbone", "all but the heads", {}, [](Context c) { return constant(c, heads_and({})); }},
      {"embeddings", "", {}, [](Context c) { return constant(c, bottom(0)); }},
      {"bottom_layers", "embeddings and the lowest `layers`", layers_option(),
       [](Context c) { return constant(c, bottom(layer_count(c.freeze, c.layers))); }},
      {"top_layers", "all but the highest `layers` and the heads", layers_option(),
       [](Context c) { return constant(c, bottom(c.layers - layer_count(c.freeze, c.layers))); }},
      {"heads", "those in `heads`", heads_option(),
       [](Context c) { return constant(c, without_heads(c.freeze, c.tasks)); }},
      {"pattern", "", pattern_options(), [](Context c) { return constant(c, by_pattern(c.freeze)); }},
      {"bitfit",
       "all but biases and heads",
       {},
       [](Context c) { return constant(c, heads_and({"*.bias"})); }},
      {"layer_norm",
       "all but normalisation layers and heads",
       {},
       [](Context c) { return constant(c, heads_and({"*norm*"})); }},
      {"gradual", "gradual unfreezing from the top", epochs_option(),
       [](Context c) {
         return FreezePolicy{.phases =
                                 gradual(c.layers, std::max<std::int64_t>(1, c.freeze.integer("epochs")),
                                         !c.heads.all_probes)};
       }},
      {"probe_then_tune", "LP-FT", epochs_option(),
       [](Context c) { return FreezePolicy{.phases = probe_then_tune(c.freeze, c.heads.random)}; }},
      {"lora", "", lora_options(), [](Context c) { return constant(c, heads_and({"*.lora.*"})); }, lora},
      {"houlsby", "", adapter_options(),
       [](Context c) {
         return constant(c, heads_and({"*.houlsby.*", "*norm*"}));
       },
       houlsby},
      {"autofreeze", "", autofreeze_options(), autofreeze},
  };
  return rows;
}

const PolicyRow& freeze_policy_row(std::string_view name) {
  const auto& rows = freeze_policies();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const PolicyRow& r) { return r.name == name; });
  if (found == rows.end()) throw Error("there is no freezing policy '" + std::string(name) + "'");
  return *found;
}

}  // namespace mtt
