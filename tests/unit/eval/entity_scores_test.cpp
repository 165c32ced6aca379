#include "catch.h"
#include "mtt/metrics.h"

using mtt::entities;
using mtt::TagScheme;
using Tags = std::vector<std::string>;

namespace {

double f1(const std::vector<Tags>& gold, const std::vector<Tags>& predicted, TagScheme scheme) {
  std::vector<std::vector<mtt::Entity>> g, p;
  for (const Tags& tags : gold) g.push_back(entities(tags, scheme));
  for (const Tags& tags : predicted) p.push_back(entities(tags, scheme));
  return mtt::entity_f1(p, g).f1;
}

}  // namespace

// The reference's own table: default mode against mode="strict", scheme=IOB2.
TEST_CASE("entities as seqeval counts them, in both modes") {
  const auto both = [](const Tags& gold, const Tags& predicted, double loose, double strict) {
    CHECK(f1({gold}, {predicted}, TagScheme::conlleval) == Approx(loose));
    CHECK(f1({gold}, {predicted}, TagScheme::strict_iob2) == Approx(strict));
  };
  both({"B-X", "I-X", "O"}, {"I-X", "I-X", "O"}, 1, 0);
  both({"O", "B-X"}, {"O", "I-X"}, 1, 0);
  both({"B-X", "B-X"}, {"B-X", "I-X"}, 0, 0);
  both({"O"}, {"O"}, 0, 0);
  CHECK(f1({{"B-X"}, {"O"}}, {{"B-X"}, {"I-X"}}, TagScheme::conlleval) == Approx(2.0 / 3));
  CHECK(f1({{"B-X"}, {"O"}}, {{"B-X"}, {"I-X"}}, TagScheme::strict_iob2) == Approx(1));
}
