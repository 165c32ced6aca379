#include "data/unseen_labels.h"

#include "catch.h"

TEST_CASE("held-out labels that a head does not know: classes, sets of classes and spans") {
  using mtt::Value;
  using Counts = std::vector<std::pair<std::string, std::int64_t>>;
  const auto spans = [](const char* label) {
    return Value(Value::Array{Value(Value::Table{{"start", 0}, {"end", 1}, {"label", label}})});
  };
  const mtt::LabelSet known({"a", "1"});
  CHECK(mtt::unseen_labels(mtt::LabelKind::classes, known,
                           {"c", "a", Value(), "c", Value(1), Value(2), Value(2.5)}) ==
        Counts{{"2", 1}, {"2.5", 1}, {"c", 2}});
  CHECK(mtt::unseen_labels(mtt::LabelKind::sets, known,
                           {Value(Value::Array{"a", "d"}), "a", Value(Value::Array{})}) == Counts{{"d", 1}});
  CHECK(mtt::unseen_labels(mtt::LabelKind::spans, known, {spans("e"), spans("a")}) == Counts{{"e", 1}});
  CHECK(mtt::unseen_labels(mtt::LabelKind::other, known, {spans("e"), "c", Value(Value::Table{})}).empty());
}
