// Sequences of tags whose neighbours depend on each other.
#pragma once

#include <cstdint>
#include <vector>

#include "mtt/nn/module.h"

/// Which tag may follow which, and which may begin a sequence.
struct TagRules {
  std::int64_t tags = 0;
  std::vector<std::uint8_t> follows;  ///< [K · K]: follows[a · K + b] is 1 where b may follow a
  std::vector<std::uint8_t> begins;   ///< [K]
};

/// What decoding finds for one sequence of L words.
struct TagSequence {
  std::vector<std::int64_t> tags;     ///< L: the most probable sequence
  std::vector<double> probabilities;  ///< L: the marginal probability of each of its tags
};

/// A linear-chain conditional random field (Lafferty et al. 2001): a sequence scores start[y_1] + Σ_t
/// emissions[t][y_t] + Σ_t transitions[y_t-1][y_t] + end[y_L], and has the probability exp(score) / Z, where
/// Z runs over all sequences that the rules allow. Parameters `transitions` [K, K], `start` [K], `end` [K].
class LinearChainCrf : public mtt::nn::Module {
 public:
  explicit LinearChainCrf(TagRules rules);

  /// Σ over sequences of −log P(tags). emissions [N, K]: the rows of all sequences one after another; tags
  /// int64 [N]; lengths: of the sequences, each at least 1, sum N. → a scalar; a sequence that the rules do
  /// not allow gives a loss of some 1e4 instead of infinity.
  at::Tensor negative_log_likelihood(const at::Tensor& emissions, const at::Tensor& tags,
                                     const std::vector<std::int64_t>& lengths) const;

  /// Viterbi's algorithm and forward-backward for one sequence; rows: L pointers to K emissions.
  TagSequence decode(const std::vector<const float*>& rows) const;

 private:
  at::Tensor allowed_transitions() const;
  at::Tensor allowed_start() const;

  TagRules rules_;
  at::Tensor& follows_mask_;  ///< 0, or a number that no score outweighs
  at::Tensor& begins_mask_;
  at::Tensor& transitions_;
  at::Tensor& start_;
  at::Tensor& end_;
};
