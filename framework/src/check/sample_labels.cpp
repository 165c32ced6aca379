#include "check/sample_labels.h"

namespace mtt {
namespace {

constexpr std::size_t kSentences = 6, kUnlabelled = 3;

Value span(std::int32_t start, std::int32_t end, const char* label) {
  return Value::Table{{"start", start}, {"end", end}, {"label", label}};
}

}  // namespace

SampleLabels repeated_labels(const std::vector<Value>& examples) {
  SampleLabels labels;
  for (std::size_t i = 0; i < kSentences; ++i)
    labels.push_back(i == kUnlabelled ? Value() : examples[i % examples.size()]);
  return labels;
}

std::vector<SampleLabels> sample_labels(LabelKind kind, const PackedBatch& batch, std::int64_t inputs) {
  const auto word = [&](std::int64_t example, const char* label) {
    const CharSpan chars = batch.chars[batch.offsets[example * inputs] + 1];
    return Value(Value::Array{span(chars.begin, chars.end, label)});
  };
  const Value none;
  const SampleLabels words = {"red", "green", "red", none, "blue", "green"}, integers = {3, 1, 2, none, 1, 3},
                     booleans = {true, false, true, none, false, true},
                     numbers = {Value(0.1), Value(0.9), Value(0.4), none, Value(0.7), Value(0.2)},
                     spans = {word(0, "red"), word(1, "green"), Value(Value::Array{}),
                              none,           word(4, "red"),   word(5, "green")},
                     sets = {Value(Value::Array{"red", "green"}),
                             Value(Value::Array{"green"}),
                             Value(Value::Array{}),
                             none,
                             Value(Value::Array{"red"}),
                             Value(Value::Array{"green"})};
  switch (kind) {
    case LabelKind::classes:
      return {words, integers, numbers, booleans};
    case LabelKind::sets:
      return {sets};
    case LabelKind::spans:
      return {spans};
    case LabelKind::numbers:
      return {numbers, integers};
    case LabelKind::other:
      return {words, numbers, integers, spans, sets, booleans};
  }
  return {};
}

}  // namespace mtt
