#include "freeze/freeze_policy.h"

#include <algorithm>

#include "freeze/selector.h"
#include "mtt/error.h"

namespace mtt {
namespace {

const std::vector<std::string> kPolicies = {
    "none",   "backbone",   "embeddings", "bottom_layers",   "top_layers", "heads",   "pattern",
    "bitfit", "layer_norm", "gradual",    "probe_then_tune", "lora",       "houlsby", "autofreeze"};
const std::vector<std::string> kPlaces = {"attention.query",  "attention.key",    "attention.value",
                                          "attention.output", "ffn.intermediate", "ffn.output"};

/// The keys that policies read, beside `policy`.
struct KeyUse {
  const char* key;
  std::vector<std::string> policies;
};
const std::vector<KeyUse>& key_uses() {
  static const std::vector<KeyUse> uses = {
      {"layers", {"bottom_layers", "top_layers"}},
      {"heads", {"heads"}},
      {"freeze", {"pattern"}},
      {"train", {"pattern"}},
      {"epochs", {"gradual", "probe_then_tune"}},
      {"places", {"lora", "houlsby"}},
      {"size", {"lora", "houlsby"}},
      {"alpha", {"lora"}},
      {"percentile", {"autofreeze"}},
      {"intervals", {"autofreeze"}},
  };
  return uses;
}

void check_keys(const Options& freeze, const std::string& policy) {
  const OptionList declared = freeze_options();
  for (const auto& [key, policies] : key_uses()) {
    if (freeze.value(key).json() == declared.find(key)->fallback->json() ||
        std::find(policies.begin(), policies.end(), policy) != policies.end())
      continue;
    std::string list;
    for (const std::string& name : policies) list += (list.empty() ? "" : " or ") + ("\"" + name + "\"");
    freeze.value(key).refuse("[freeze] " + std::string(key) + " is for policy = " + list +
                             "; the policy is \"" + policy + "\", so leave it out (or --set freeze." + key +
                             "=" + declared.find(key)->fallback->json() + ")");
  }
}

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
    rules.push_back(frozen("heads." + head));
  }
  return rules;
}

std::vector<Phase> probe_then_tune(const Options& freeze, const std::vector<std::string>& random_heads) {
  const std::int64_t epochs = freeze.integer("epochs");
  if (epochs > 0) return {{"heads", 0, heads_and({})}, {"everything", epochs, {trained("*")}}};
  if (!random_heads.empty())
    freeze.value("policy").refuse(
        "[freeze] policy \"probe_then_tune\" begins with fitted heads, and task '" + random_heads.front() +
        "' starts with random weights; leave out its init, or set epochs in [freeze] to "
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

}  // namespace

OptionList freeze_options() {
  return OptionList()
      .choice("policy", "none", kPolicies,
              "What is frozen: none; backbone (all but the heads); embeddings; bottom_layers (embeddings and "
              "the lowest `layers`); top_layers (all but the highest `layers` and the heads); heads (those "
              "in `heads`); pattern; bitfit (all but biases and heads); layer_norm (all but normalisation "
              "layers and heads); gradual (gradual unfreezing from the top); probe_then_tune (LP-FT); lora; "
              "houlsby; autofreeze.")
      .integer("layers", 0, 0, 10'000, "Number of layers for bottom_layers and top_layers.")
      .strings("heads", std::vector<std::string>{}, "Tasks whose heads are frozen with policy = heads.")
      .strings("freeze", std::vector<std::string>{},
               "Selectors of the frozen parameters with policy = pattern.")
      .strings("train", std::vector<std::string>{},
               "Selectors of the parameters that stay trainable with policy = pattern.")
      .integer("epochs", 0, 0, 1'000'000,
               "Epochs per phase of gradual (0: 1), or of the first phase of probe_then_tune, which trains "
               "only the heads (0: no such phase).")
      .choices("places", std::vector<std::string>{}, kPlaces,
               "Modules with adapters; empty: attention.query and attention.value for lora, attention.output "
               "and ffn.output for houlsby.")
      .integer("size", 0, 0, 65'536, "Rank of LoRA (0: 8), or bottleneck size of Houlsby adapters (0: 64).")
      .number("alpha", 16, 0, 1e6, "LoRA scaling: updates are multiplied by alpha / rank.")
      .number("percentile", 50, 0, 100,
              "autofreeze: percentile of the layers' gradient changes below which a layer is frozen.")
      .integer("intervals", 5, 1, 100'000, "autofreeze: number of freezing decisions per epoch.");
}

bool Phase::trains(std::string_view parameter) const {
  bool result = false;
  for (const FreezeRule& rule : rules)
    if (selects(rule.selector, parameter)) result = rule.trains;
  return result;
}

FreezePolicy FreezePolicy::from(const Options& freeze, std::int64_t layers,
                                const std::vector<std::string>& tasks, const HeadsAtStart& heads) {
  FreezePolicy policy;
  const std::string& name = freeze.string("policy");
  check_keys(freeze, name);
  const auto single = [&](std::vector<FreezeRule> rules) { policy.phases = {{name, 0, std::move(rules)}}; };
  if (name == "none") {
    single({trained("*")});
  } else if (name == "backbone") {
    single(heads_and({}));
  } else if (name == "embeddings") {
    single(bottom(0));
  } else if (name == "bottom_layers") {
    single(bottom(layer_count(freeze, layers)));
  } else if (name == "top_layers") {
    single(bottom(layers - layer_count(freeze, layers)));
  } else if (name == "heads") {
    single(without_heads(freeze, tasks));
  } else if (name == "pattern") {
    single(by_pattern(freeze));
  } else if (name == "bitfit") {
    single(heads_and({"*.bias"}));
  } else if (name == "layer_norm") {
    single(heads_and({"*norm*"}));
  } else if (name == "gradual") {
    policy.phases = gradual(layers, std::max<std::int64_t>(1, freeze.integer("epochs")), !heads.all_probes);
  } else if (name == "probe_then_tune") {
    policy.phases = probe_then_tune(freeze, heads.random);
  } else if (name == "lora") {
    single(heads_and({"*.lora.*"}));
  } else if (name == "houlsby") {
    single(heads_and({"*.houlsby.*", "*norm*"}));
  } else {
    single(bottom(0));
    policy.automatic = true;
  }

  policy.adapters = adapters_of(freeze);
  policy.percentile = freeze.number("percentile");
  policy.intervals = freeze.integer("intervals");
  return policy;
}

AdapterSettings FreezePolicy::adapters_of(const Options& freeze) {
  AdapterSettings adapters;
  const std::string& name = freeze.string("policy");
  if (name != "lora" && name != "houlsby") return adapters;
  const bool lora = name == "lora";
  adapters.kind = lora ? AdapterSettings::Kind::lora : AdapterSettings::Kind::houlsby;
  adapters.places = freeze.strings("places");
  if (adapters.places.empty())
    adapters.places = lora ? std::vector<std::string>{"attention.query", "attention.value"}
                           : std::vector<std::string>{"attention.output", "ffn.output"};
  adapters.size = freeze.integer("size") > 0 ? freeze.integer("size") : (lora ? 8 : 64);
  adapters.alpha = freeze.number("alpha");
  return adapters;
}

bool FreezePolicy::ever_trains(std::string_view parameter) const {
  return std::any_of(phases.begin(), phases.end(),
                     [&](const Phase& phase) { return phase.trains(parameter); });
}

std::size_t FreezePolicy::phase_of(std::int64_t epoch) const {
  std::size_t current = 0;
  for (std::size_t i = 0; i < phases.size(); ++i)
    if (phases[i].first_epoch <= epoch) current = i;
  return current;
}

void check_selectors(const Options& freeze, const std::vector<std::string>& parameters) {
  for (const char* key : {"freeze", "train"}) {
    for (const std::string& selector : freeze.strings(key)) {
      const bool any = std::any_of(parameters.begin(), parameters.end(),
                                   [&](const std::string& name) { return selects(selector, name); });
      if (!any)
        freeze.value(key).refuse(
            "[freeze] the selector '" + selector +
            "' names no parameter; `mtt run --check --verbose` with another policy lists them");
    }
  }
}

}  // namespace mtt
