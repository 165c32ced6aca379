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
  /// An empty or repeated label throws Error.
  explicit LabelSet(std::vector<std::string> names);
  /// The distinct names, sorted bytewise, so that their order does not depend on that of the examples.
  static LabelSet sorted(std::vector<std::string> names);

  std::int64_t size() const { return static_cast<std::int64_t>(names_.size()); }
  const std::string& name(std::int64_t index) const { return names_.at(static_cast<std::size_t>(index)); }
  const std::vector<std::string>& names() const { return names_; }
  std::optional<std::int64_t> find(std::string_view name) const;
  /// The index of a label; an unknown one throws Error with the label's position and the nearest name.
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

/// Numbers of labels for scores. A known label has its index. Each label of the test set that is not known
/// has a different number after these, so it counts as wrong.
class MTT_API ScoredLabels {
 public:
  explicit ScoredLabels(const LabelSet& known) : known_(known) {}
  explicit ScoredLabels(LabelSet&& known) = delete;
  std::int64_t number(const std::string& name);

 private:
  const LabelSet& known_;
  std::map<std::string, std::int64_t> others_;
};

/// The number in a label: an integer, a number, or a string that is a complete JSON number, such as a cell of
/// a CSV file ("0.5", not "nan"). Anything else throws Error with the label's position.
MTT_API double label_number(const Value& label);

/// Throws Error for a label of another kind than `expected`: its position, what was found, an example
/// of what was expected, and the head for such labels.
[[noreturn]] MTT_API void refuse_label(const Value& label, LabelKind expected);

/// Whether a span of a label is in the second text of a joint pair: `"in": "text_pair"`. Without the key it
/// is in the first text; another value throws Error with its position.
MTT_API bool in_second_text(const Value& span);

}  // namespace mtt
