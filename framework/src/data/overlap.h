// Examples that are in two files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "data/examples.h"

namespace mtt {

/// The texts of some files, in lower case with white space folded; of pairs both texts.
class KnownTexts {
 public:
  explicit KnownTexts(const std::vector<const Examples*>& files);

  /// The first of the files that has a text of an example; none where it has neither its text nor its
  /// partner.
  std::optional<std::size_t> find(const Examples& examples, std::size_t row) const;

  /// Whether the text of an example is there without any difference; of a pair: whether the same pair is
  /// there, ignoring case and white space.
  bool has_whole(const Examples& examples, std::size_t row) const;

 private:
  std::unordered_map<std::string, std::size_t> file_of_;
  std::unordered_set<std::string> exact_;
  std::unordered_set<std::string> pairs_;  ///< both texts in lower case with white space folded
};

/// How much of a file is also in others, ignoring case and white space.
struct Overlap {
  std::int64_t examples = 0;  ///< that share a text (of a pair: either of its texts) with the others
  std::int64_t whole = 0;     ///< of them: with the same text without any difference, or with the same pair
  std::int64_t first = -1;    ///< the first of them; -1: there is none
  std::size_t other = 0;      ///< the first of the other files that has a text of it
};
Overlap find_overlap(const Examples& examples, const KnownTexts& known);

}  // namespace mtt
