#include "catch.h"
#include "mtt/metrics.h"

using mtt::Entity;
using Entities = std::vector<Entity>;

namespace {

Entity x(std::int32_t begin, std::int32_t end) { return {"X", {begin, end}}; }

double f1(const std::vector<Entities>& gold, const std::vector<Entities>& predicted) {
  return mtt::entity_f1(predicted, gold).f1;
}

}  // namespace

// As seqeval counts the tags beside them.
TEST_CASE("an entity is right if its label and both ends are") {
  CHECK(f1({{x(0, 2)}}, {{x(0, 2)}}) == 1);           // B-X I-X O
  CHECK(f1({{x(0, 2)}}, {{}}) == 0);                  // O O O
  CHECK(f1({{x(0, 1), x(1, 2)}}, {{x(0, 2)}}) == 0);  // B-X B-X, B-X I-X
  CHECK(f1({{x(0, 2)}}, {{{"Y", {0, 2}}}}) == 0);     // B-X I-X, B-Y I-Y
  CHECK(f1({{}}, {{}}) == 0);                         // O
  CHECK(f1({{x(0, 1)}, {}}, {{x(0, 1)}, {x(0, 1)}}) == Approx(2.0 / 3));
}

TEST_CASE("precision, recall and support of entities are counted over all sequences together") {
  const mtt::F1 result = mtt::entity_f1({{x(0, 1), x(2, 3)}, {}}, {{x(0, 1)}, {x(0, 1), x(1, 2), x(4, 6)}});
  CHECK(result.precision == 0.5);
  CHECK(result.recall == 0.25);
  CHECK(result.f1 == Approx(1.0 / 3));
  CHECK(result.gold == 4);
}
