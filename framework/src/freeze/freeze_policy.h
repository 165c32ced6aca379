// What trains when: [freeze] and the phases that follow from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/adapter_settings.h"
#include "mtt/options.h"

namespace mtt {

/// The keys of [freeze].
OptionList freeze_options();

/// A rule of a phase; the last one that selects a parameter decides.
struct FreezeRule {
  std::string selector;
  bool trains = false;

  bool operator==(const FreezeRule&) const = default;
};

/// A stretch of training in which the same parameters learn.
struct Phase {
  std::string name;  ///< for reports: the policy, or "layer 4 and above"
  std::int64_t first_epoch = 0;
  std::vector<FreezeRule> rules;

  bool trains(std::string_view parameter) const;
  bool operator==(const Phase&) const = default;
};

/// AutoFreeze (Liu et al. 2021): layers freeze from below as their gradients settle.
struct AutoFreezeSettings {
  double percentile = 50;
  std::int64_t intervals = 5;  ///< decisions per epoch
};

/// How the heads of a training start.
struct HeadsAtStart {
  std::vector<std::string> random = {};  ///< tasks whose heads start with random weights
  bool all_probes = false;               ///< every head starts as the probe of its task
};

/// A policy made concrete for a backbone of some depth.
struct FreezePolicy {
  std::vector<Phase> phases;  ///< by first_epoch; the first begins at 0
  AdapterSettings adapters = {};
  std::optional<AutoFreezeSettings> auto_freeze = {};  ///< it decides within the one phase

  /// Reads [freeze]. A number of layers beyond the depth, a head that does not exist, keys that the policy
  /// does not use, or heads with random weights where the policy needs fitted ones throw Error.
  static FreezePolicy from(const Options& freeze, std::int64_t layers, const std::vector<std::string>& tasks,
                           const HeadsAtStart& heads = {});
  /// The adapters of [freeze] alone.
  static AdapterSettings adapters_of(const Options& freeze);

  /// True where some phase trains a parameter.
  bool ever_trains(std::string_view parameter) const;

  /// The phase of an epoch.
  std::size_t phase_of(std::int64_t epoch) const;
};

/// Throws Error where a selector of [freeze] names none of a model's parameters.
void check_selectors(const Options& freeze, const std::vector<std::string>& parameters);

}  // namespace mtt
