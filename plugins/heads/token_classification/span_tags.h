// The tags O, B-x and I-x of labelled spans.
#pragma once

#include <cstdint>
#include <vector>

#include "linear_chain_crf.h"

/// Tag 0 is O; each label x has a tag B-x for its first word and I-x for the others. I-x follows B-x or I-x
/// only.
class SpanTags {
 public:
  explicit SpanTags(std::int64_t labels) : labels_(labels) {}

  std::int64_t count() const { return 1 + 2 * labels_; }
  static std::int64_t begin(std::int64_t label) { return 1 + 2 * label; }
  static std::int64_t inside(std::int64_t label) { return 2 + 2 * label; }
  static bool is_inside(std::int64_t tag) { return tag > 0 && tag % 2 == 0; }
  static std::int64_t label(std::int64_t tag) { return (tag - 1) / 2; }  ///< of any tag but O

  TagRules rules() const;

  /// The best sequence that the rules allow; rows: L pointers to the log-probabilities of the tags.
  TagSequence best(const std::vector<const float*>& rows) const;

 private:
  std::int64_t labels_;
};
