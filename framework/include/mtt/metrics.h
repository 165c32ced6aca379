// Metrics for heads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mtt/char_span.h"
#include "mtt/export.h"

namespace mtt {

/// The share of equal entries. Both lists have the same length; NaN if they are empty.
MTT_API double accuracy(const std::vector<std::int64_t>& predicted, const std::vector<std::int64_t>& gold);

/// The mean of the classes' F1, over all classes that occur in either list (as scikit-learn's
/// average="macro").
MTT_API double macro_f1(const std::vector<std::int64_t>& predicted, const std::vector<std::int64_t>& gold);

/// F1 of sets of labels, one set per example. micro: over all decisions (1 if neither labels nor predictions
/// contain a label); macro: the mean of the labels' F1, over all labels that occur in either list. Both
/// lists have the same length; NaN if they are empty. (As scikit-learn's average="micro" and "macro", the
/// latter over labels that occur.)
struct SetF1 {
  double micro = 0;
  double macro = 0;
};
MTT_API SetF1 set_f1(const std::vector<std::vector<std::int64_t>>& predicted,
                     const std::vector<std::vector<std::int64_t>>& gold);

/// Cohen's kappa with quadratic weights (Cohen 1968): 1 − Σ (p−g)² observed / Σ (p−g)² expected by chance.
/// Both lists have the same length; NaN if they are empty, or if all entries are equal.
MTT_API double quadratic_kappa(const std::vector<std::int64_t>& predicted,
                               const std::vector<std::int64_t>& gold);

/// A labelled span of a sequence; `begin` and `end` count tokens, or characters if spans of text are
/// compared.
struct Entity {
  std::string label;
  CharSpan span;
  bool operator==(const Entity& other) const {
    return label == other.label && span.begin == other.span.begin && span.end == other.span.end;
  }
};

/// Precision, recall and F1 over all sequences together (micro average).
struct F1 {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  std::int64_t gold = 0;  ///< support
};
MTT_API F1 entity_f1(const std::vector<std::vector<Entity>>& predicted,
                     const std::vector<std::vector<Entity>>& gold);

/// Correlations of two lists of the same length; NaN if fewer than two values or a constant list make them
/// undefined.
MTT_API double pearson(const std::vector<double>& a, const std::vector<double>& b);
/// Pearson's correlation of the ranks, ties at their mean rank.
MTT_API double spearman(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace mtt
