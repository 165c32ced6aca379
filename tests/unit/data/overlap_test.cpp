#include "data/overlap.h"

#include "catch.h"

using namespace mtt;

namespace {

Examples of(std::vector<std::string> texts, std::vector<std::string> partners = {}) {
  Examples examples;
  examples.texts = std::move(texts);
  examples.partners = std::move(partners);
  return examples;
}

}  // namespace

TEST_CASE("the overlap of files ignores case and white space") {
  const Examples one = of({"Wake me  up", "play"}), two = of({"rain", "play"});
  const KnownTexts known({&one, &two});
  const Overlap overlap = find_overlap(of({"snow", " RAIN", "wake me up", "wake me up!", "play"}), known);
  CHECK(overlap.examples == 3);
  CHECK(overlap.whole == 1);
  CHECK(overlap.first == 1);
  CHECK(overlap.other == 1);
  CHECK(find_overlap(of({"play"}), known).other == 0);
  const Overlap none = find_overlap(of({"snow"}), known);
  CHECK(none.examples == 0);
  CHECK(none.first == -1);
}

TEST_CASE("a pair overlaps where either of its texts is known") {
  const Examples pairs = of({"a", "b"}, {"c", "d"});
  const KnownTexts known({&pairs});
  CHECK(find_overlap(of({"x", "x", "D"}), known).examples == 1);
  CHECK(find_overlap(of({"x", "x", "a"}, {"y", "c", "z"}), known).examples == 2);
}

TEST_CASE("an empty second text is no sentence that two pairs share") {
  const Examples train = of({"a", "b"}, {"", "c"}), test = of({"x", "y"}, {"", "c"});
  const auto overlap = find_overlap(test, KnownTexts({&train}));
  CHECK(overlap.examples == 1);
  CHECK(overlap.first == 1);
  CHECK(overlap.whole == 0);
}

TEST_CASE("the same pair is told from pairs that share a sentence") {
  const Examples train = of({"how", "how", "why"}, {"so", "thus", "because"});
  const auto overlap =
      find_overlap(of({"how", "How ", "x", "so"}, {"never", "SO", "because", "how"}), KnownTexts({&train}));
  CHECK(overlap.examples == 4);
  CHECK(overlap.whole == 1);
}
