// Counts per example of a test set, from which scores are computed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mtt/label_kind.h"
#include "mtt/value.h"

namespace mtt {

/// For one example: the number of correct predicted items, of predicted items, and of items of the label. An
/// item is a class, a member of a set or a span.
struct ExampleCount {
  std::int64_t right = 0, predicted = 0, gold = 0;
  bool operator==(const ExampleCount&) const = default;
};

/// The counts of all labelled examples, in the order of the file. They allow confidence intervals over
/// examples and paired tests of two models.
using ExampleCounts = std::vector<ExampleCount>;

/// Null labels are left out. Empty for the kinds `numbers` and `other`.
ExampleCounts example_counts(LabelKind kind, const std::vector<Value>& predictions,
                             const std::vector<Value>& labels);

/// Micro-averaged F1: 2 Σ right / (Σ predicted + Σ gold). If each example is one decision, this is the
/// accuracy. NaN if nothing was predicted and no label has an item.
double micro_f1(const ExampleCounts& counts);

/// Whether each example is one decision that is right or wrong.
bool are_hits(const ExampleCounts& counts);

/// A compact table. If each example is one decision: {"examples": N, "hits": hexadecimal digits for four
/// examples each, the first in the highest bit}; otherwise {"right", "predicted", "gold"} with one base-36
/// digit per example. nullopt if a count is above 35.
std::optional<Value> example_counts_json(const ExampleCounts& counts);
/// The inverse. Throws Error with the position if `json` is not such a table.
ExampleCounts example_counts_from(const Value& json);

}  // namespace mtt
