// What the labels of a task are.
#pragma once

namespace mtt {

/// What an example holds under a task's field, and what a prediction has for it. A head that declares a kind
/// promises both; the framework then checks labels and counts scores per class without knowing the head.
enum class LabelKind {
  other,    ///< anything else: such labels are counted, not judged
  classes,  ///< one name (a string, an integer, a boolean, a number); predictions have "label", a name
  sets,     ///< an array of names, or one name; predictions have "labels", an array of names
  /// [{"start", "end", "label"}, ...] in code points, end exclusive; predictions have "entities", such spans
  spans,
  numbers  ///< a number, or a string that is one
};

}  // namespace mtt
