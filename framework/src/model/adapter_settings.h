// Which adapters a backbone has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// Adapters that are added to a backbone.
struct AdapterSettings {
  enum class Kind { none, lora, houlsby };
  Kind kind = Kind::none;
  std::vector<std::string> places;  ///< names of AdapterPlace
  std::int64_t size = 0;            ///< LoRA's rank, or the bottleneck
  double alpha = 0;                 ///< LoRA's scale is alpha / rank
};

/// A table for adapters.json, and back; a wrong kind or value throws Error with its place.
Value adapter_table(const AdapterSettings& settings);
AdapterSettings read_adapter_table(const Value& table);

}  // namespace mtt
