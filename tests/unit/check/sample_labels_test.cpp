#include "check/sample_labels.h"

#include "catch.h"
#include "check/samples.h"

using mtt::LabelKind;
using mtt::Value;

TEST_CASE("sample labels are of the declared kind, and the fourth sentence has none") {
  const mtt::SampleBatch sample({3, 1, 5, 2, 4, 6});
  const auto kinds = [&](LabelKind kind) { return mtt::sample_labels(kind, sample.batch, 1); };
  CHECK(kinds(LabelKind::classes).size() == 4);  // words, integers, numbers, booleans
  CHECK(kinds(LabelKind::other).size() == 6);
  for (const LabelKind kind :
       {LabelKind::classes, LabelKind::sets, LabelKind::spans, LabelKind::numbers, LabelKind::other})
    for (const mtt::SampleLabels& labels : kinds(kind)) {
      REQUIRE(labels.size() == 6);
      for (std::size_t i = 0; i < 6; ++i) CHECK(labels[i].is(Value::Kind::null) == (i == 3));
    }
  const mtt::SampleLabels sets = kinds(LabelKind::sets).at(0);
  for (const Value& label : sets) CHECK((label.is(Value::Kind::null) || label.is(Value::Kind::array)));
}

TEST_CASE("sample spans are the first words of their sentences") {
  const mtt::SampleBatch sample({3, 1, 5, 2, 4, 6});
  const mtt::SampleLabels spans = mtt::sample_labels(LabelKind::spans, sample.batch, 1).at(0);
  for (const std::size_t i : {0, 1, 4, 5}) {
    const Value& span = spans[i].array().at(0);
    const mtt::CharSpan word = sample.batch.chars[static_cast<std::size_t>(sample.batch.offsets[i]) + 1];
    CHECK(span.at("start").integer() == word.begin);
    CHECK(span.at("end").integer() == word.end);
  }
  CHECK(spans[2].array().empty());
}

TEST_CASE("labels that a head gives as examples are repeated in their order") {
  const mtt::SampleLabels labels = mtt::repeated_labels({Value("a"), Value("b")});
  std::string all;
  for (const Value& label : labels) all += label.json();
  CHECK(all == R"("a""b""a"null"a""b")");
}
