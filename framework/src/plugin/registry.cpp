#include "mtt/registry.h"

#include <algorithm>

#include "mtt/error.h"

namespace mtt {
namespace {

template <class Plugin>
const Plugin* named(const std::vector<Plugin>& plugins, std::string_view name) {
  const auto found =
      std::find_if(plugins.begin(), plugins.end(), [&](const Plugin& p) { return p.name == name; });
  return found == plugins.end() ? nullptr : &*found;
}

template <class Plugin>
void check_new(const std::vector<Plugin>& plugins, const Plugin& plugin, const std::string& kind) {
  const bool well_formed =
      !plugin.name.empty() && std::all_of(plugin.name.begin(), plugin.name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
      });
  if (!well_formed)
    throw Error(Value(plugin.name).json() + " is not a valid name for a " + kind +
                "; use lower-case letters, digits, '_' and '-'");
  if (named(plugins, plugin.name)) throw Error("the " + kind + " '" + plugin.name + "' already exists");
  if (!plugin.create) throw Error("the " + kind + " '" + plugin.name + "' has no create function");
}

}  // namespace

void Registry::add(BackbonePlugin plugin) {
  check_new(backbones_, plugin, "backbone");
  for (const std::string& type : plugin.model_types) {
    if (const BackbonePlugin* other = backbone_for(type))
      throw Error("the backbone '" + plugin.name + "' supports model_type '" + type + "', which '" +
                  other->name + "' already supports");
  }
  backbones_.push_back(std::move(plugin));
}

void Registry::add(HeadPlugin plugin) {
  check_new(heads_, plugin, "head");
  if (const HeadPlugin* other = head_for(plugin.problem_type))
    throw Error("the head '" + plugin.name + "' has the ProblemType of '" + other->name +
                "'; only one head may have it");
  heads_.push_back(std::move(plugin));
}

void Registry::add(WeightingPlugin plugin) {
  check_new(weightings_, plugin, "weighting");
  weightings_.push_back(std::move(plugin));
}

void Registry::merge(Registry other) {
  Registry merged = *this;
  for (BackbonePlugin& plugin : other.backbones_) merged.add(std::move(plugin));
  for (HeadPlugin& plugin : other.heads_) merged.add(std::move(plugin));
  for (WeightingPlugin& plugin : other.weightings_) merged.add(std::move(plugin));
  *this = std::move(merged);
}

const BackbonePlugin* Registry::backbone(std::string_view name) const { return named(backbones_, name); }
const HeadPlugin* Registry::head(std::string_view name) const { return named(heads_, name); }
const HeadPlugin* Registry::head_for(ProblemType type) const {
  const auto found = std::find_if(heads_.begin(), heads_.end(), [&](const HeadPlugin& p) {
    return type != ProblemType::none && p.problem_type == type;
  });
  return found == heads_.end() ? nullptr : &*found;
}
const WeightingPlugin* Registry::weighting(std::string_view name) const { return named(weightings_, name); }

const BackbonePlugin* Registry::backbone_for(std::string_view model_type) const {
  for (const BackbonePlugin& plugin : backbones_)
    for (const std::string& type : plugin.model_types)
      if (type == model_type) return &plugin;
  return nullptr;
}

}  // namespace mtt
