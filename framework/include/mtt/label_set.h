// The labels that a head knows.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/export.h"
#include "mtt/label_kind.h"
#include "mtt/value.h"

namespace mtt {

/// Distinct labels with their indices 0, 1, ...
class MTT_API LabelSet {
 public:
  LabelSet() = default;
  /// A label that is empty or there twice throws Error.
  explicit LabelSet(std::vector<std::string> names);
  /// The distinct names, sorted bytewise, so that their order does not depend on that of the examples.
  static LabelSet sorted(std::vector<std::string> names);

  std::int64_t size() const { return static_cast<std::int64_t>(names_.size()); }
  const std::string& name(std::int64_t index) const { return names_.at(static_cast<std::size_t>(index)); }
  const std::vector<std::string>& names() const { return names_; }
  std::optional<std::int64_t> find(std::string_view name) const;
  /// The index of a label; an unknown one throws Error with the place of `label` and the nearest known name.
  std::int64_t index(const Value& label) const;

  /// A JSON array of names, and back.
  Value value() const;
  static LabelSet from_value(const Value& names);

  /// A label as text: a string itself; integers and booleans as JSON writes them. Other kinds and the empty
  /// string throw Error.
  static std::string text(const Value& label);

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::int64_t, std::less<>> indices_;
};

/// Labels as numbers for scores, where a held-out label that the set lacks must count as wrong, and two such
/// as two: known ones have their index, others numbers behind it.
class MTT_API ScoredLabels {
 public:
  explicit ScoredLabels(const LabelSet& known) : known_(known) {}
  explicit ScoredLabels(LabelSet&& known) = delete;
  std::int64_t number(const std::string& name);

 private:
  const LabelSet& known_;
  std::map<std::string, std::int64_t> others_;
};

/// A label as a number: an integer or a number itself, and a string that is wholly a JSON number, as cells of
/// CSV files are ("0.5", not "nan"). Anything else throws Error with the label's place.
MTT_API double label_number(const Value& label);

/// Throws Error with the place of a label that is of another kind than `expected`: what was found, an example
/// of what was expected, and the head for such labels.
[[noreturn]] MTT_API void refuse_label(const Value& label, LabelKind expected);

/// Whether a span of a label is in the second text of a joint pair: `"in": "text_pair"`. Without the key it
/// is in the first text; another value throws Error with its place.
MTT_API bool in_second_text(const Value& span);

}  // namespace mtt
