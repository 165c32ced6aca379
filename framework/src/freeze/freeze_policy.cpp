#include "freeze/freeze_policy.h"

#include <algorithm>

#include "freeze/policy_table.h"
#include "freeze/selector.h"
#include "mtt/error.h"

namespace mtt {
namespace {

/// The names of the policies that read a key.
std::vector<std::string> policies_with(const std::string& key) {
  std::vector<std::string> names;
  for (const PolicyRow& row : freeze_policies())
    if (row.options.find(key)) names.push_back(row.name);
  return names;
}

/// Keys that a policy does not read may only have their defaults.
void check_keys(const Options& freeze, const PolicyRow& policy) {
  const OptionList declared = freeze_options();
  for (const Option& option : declared.all()) {
    const std::string& key = option.name;
    const std::vector<std::string> policies = policies_with(key);
    if (policies.empty() || policy.options.find(key) || freeze.value(key).json() == option.fallback->json())
      continue;
    std::string list;
    for (const std::string& name : policies) list += (list.empty() ? "" : " or ") + ("\"" + name + "\"");
    freeze.value(key).refuse("[freeze] " + key + " has an effect only with policy = " + list +
                             "; the policy is \"" + policy.name + "\", so remove it (or --set freeze." + key +
                             "=" + option.fallback->json() + ")");
  }
}

}  // namespace

OptionList freeze_options() {
  std::vector<std::string> names;
  std::string help;
  OptionList keys;
  for (const PolicyRow& row : freeze_policies()) {
    names.push_back(row.name);
    help += (help.empty() ? "What is frozen: " : "; ") + row.name +
            (row.summary.empty() ? "" : " (" + row.summary + ")");
    const auto& own = row.options.all();
    if (!own.empty() && !keys.find(own.front().name)) keys.append(row.options);
  }
  OptionList all;
  all.choice("policy", "none", names, help + ".").append(keys);
  return all;
}

bool Phase::trains(std::string_view parameter) const {
  bool result = false;
  for (const FreezeRule& rule : rules)
    if (selects(rule.selector, parameter)) result = rule.trains;
  return result;
}

FreezePolicy FreezePolicy::from(const Options& freeze, std::int64_t layers,
                                const std::vector<std::string>& tasks, const HeadsAtStart& heads) {
  const PolicyRow& row = freeze_policy_row(freeze.string("policy"));
  check_keys(freeze, row);
  FreezePolicy policy = row.make({freeze, layers, tasks, heads});
  policy.adapters = adapters_of(freeze);
  return policy;
}

AdapterSettings FreezePolicy::adapters_of(const Options& freeze) {
  const PolicyRow& row = freeze_policy_row(freeze.string("policy"));
  return row.adapters ? row.adapters(freeze) : AdapterSettings();
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
            "' matches no parameter; `mtt run --check --verbose` with another policy lists them");
    }
  }
}

}  // namespace mtt
