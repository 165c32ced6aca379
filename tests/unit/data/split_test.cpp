#include "data/split.h"

#include <set>

#include "catch.h"
#include "data/folded_text.h"
#include "mtt/error.h"

namespace {

mtt::Examples examples_of(std::vector<std::string> texts, std::vector<std::string> partners = {}) {
  mtt::Examples examples;
  examples.texts = std::move(texts);
  examples.partners = std::move(partners);
  return examples;
}

mtt::Examples numbered(int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back("sentence number " + std::to_string(i));
  return examples_of(std::move(texts));
}

}  // namespace

TEST_CASE("a text is folded to lower case and single spaces") {
  CHECK(mtt::folded_text(" Wake\t me \n UP ") == "wake me up");
  CHECK(mtt::folded_text("\xC3\x84\xC2\xA0"
                         "B") == "\xC3\xA4 b");
  CHECK(mtt::folded_text("") == "");
  CHECK(mtt::folded_text(" \t\n") == "");
}

TEST_CASE("a split has every example once, the share asked for in dev, and depends on the seed") {
  const auto examples = numbered(2000);
  const mtt::Split split = mtt::split_examples(examples, 0.1, 1);
  std::set<std::int64_t> all(split.train.begin(), split.train.end());
  all.insert(split.dev.begin(), split.dev.end());
  CHECK(all.size() == 2000);
  CHECK(split.train.size() + split.dev.size() == 2000);
  CHECK(std::is_sorted(split.train.begin(), split.train.end()));
  CHECK(std::is_sorted(split.dev.begin(), split.dev.end()));
  CHECK(split.dev.size() == 200);
  CHECK(mtt::split_examples(numbered(53), 0.1, 1).dev.size() == 5);
  CHECK(mtt::split_examples(examples, 0.1, 1).dev == split.dev);
  CHECK(mtt::split_examples(examples, 0.1, 2).dev != split.dev);
  CHECK(mtt::split_examples(examples, 0, 1).dev.empty());
  CHECK(mtt::split_examples(examples, 0, 1).train.size() == 2000);
}

TEST_CASE("equal texts fall on the same side, whatever their order, and more examples move few") {
  auto examples = numbered(300);
  for (int i = 0; i < 300; ++i) examples.texts.push_back("  Sentence NUMBER " + std::to_string(i));
  const mtt::Split split = mtt::split_examples(examples, 0.3, 7);
  std::set<std::int64_t> dev(split.dev.begin(), split.dev.end());
  for (std::int64_t i = 0; i < 300; ++i) CHECK(dev.contains(i) == dev.contains(i + 300));
  CHECK(split.dev.size() == 180);
  const auto fewer = mtt::split_examples(numbered(290), 0.3, 7).dev;
  int moved = 0;
  for (std::int64_t i = 0; i < 290; ++i)
    moved += dev.contains(i) != std::binary_search(fewer.begin(), fewer.end(), i);
  CHECK(moved <= 10);
  std::reverse(examples.texts.begin(), examples.texts.end());
  for (const std::int64_t i : mtt::split_examples(examples, 0.3, 7).dev) CHECK(dev.contains(599 - i));
}

TEST_CASE("pairs that share a sentence, also through others, stay together") {
  std::vector<std::string> texts, partners;
  for (int chain = 0; chain < 100; ++chain) {
    const std::string c = std::to_string(chain) + " ";
    for (int link = 0; link < 4; ++link) {
      texts.push_back(c + std::to_string(link));
      partners.push_back(c + std::to_string(link + 1));
    }
  }
  const auto examples = examples_of(texts, partners);
  const mtt::Split split = mtt::split_examples(examples, 0.4, 3);
  CHECK(split.dev.size() == 160);
  std::set<std::string> train;
  for (const auto i : split.train) train.insert({texts[i], partners[i]});
  for (const auto i : split.dev) {
    CHECK_FALSE(train.contains(texts[i]));
    CHECK_FALSE(train.contains(partners[i]));
  }
}

TEST_CASE("a group that is larger than the share stays in train if smaller ones meet it") {
  std::vector<std::string> texts(190, "the same"), uneven(850, "many");
  for (int i = 0; i < 810; ++i) texts.push_back("text " + std::to_string(i));
  uneven.insert(uneven.end(), 90, "some");
  uneven.insert(uneven.end(), 60, "few");
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const mtt::Split split = mtt::split_examples(examples_of(texts), 0.1, seed);
    const auto size = static_cast<std::int64_t>(split.dev.size());
    CHECK(std::abs(size - 100) <= 20);
    CHECK(split.note.empty());
    CHECK(mtt::split_examples(examples_of(uneven), 0.1, seed).dev.size() == 90);
  }
}

TEST_CASE("a share that large groups of pairs do not allow is missed with a note") {
  std::vector<std::string> texts(990, "hub"), partners;
  for (int i = 0; i < 990; ++i) partners.push_back("spoke " + std::to_string(i));
  for (int i = 0; i < 10; ++i) {
    texts.push_back("left " + std::to_string(i));
    partners.push_back("right " + std::to_string(i));
  }
  const mtt::Split split = mtt::split_examples(examples_of(texts, partners), 0.1, 1);
  CHECK(split.dev.size() == 10);
  CHECK(
      split.note ==
      "dev_share = 0.1 holds out 10 of 1000 examples, expected about 100. Pairs that share a sentence, also "
      "through other pairs, stay together, and the largest such group has 990 of the 1000 pairs. Give a "
      "validation file with dev = \"...\" instead of dev_share");
}

TEST_CASE("a side without an example is an error") {
  CHECK_THROWS_WITH(
      mtt::split_examples(examples_of({"a", "a", "A "}), 0.5, 1),
      Contains("dev_share = 0.5") && Contains("of the 3 in the file. Examples with the same text "
                                              "stay together, and the largest such group has 3"));
  CHECK_THROWS_WITH(mtt::split_examples(numbered(4), 0.1, 1),
                    Contains("set it higher") && !Contains("group"));
}

TEST_CASE("drawn examples are among more of them, whatever their order") {
  auto examples = numbered(500);
  const auto few = mtt::draw_examples(examples, 20, 3), more = mtt::draw_examples(examples, 100, 3);
  CHECK(few.size() == 20);
  CHECK(std::is_sorted(few.begin(), few.end()));
  CHECK(std::includes(more.begin(), more.end(), few.begin(), few.end()));
  CHECK(mtt::draw_examples(examples, 20, 4) != few);
  CHECK(mtt::draw_examples(examples, 500, 3).size() == 500);
  std::reverse(examples.texts.begin(), examples.texts.end());
  auto mirrored = mtt::draw_examples(examples, 20, 3);
  for (auto& index : mirrored) index = 499 - index;
  std::reverse(mirrored.begin(), mirrored.end());
  CHECK(mirrored == few);
}

TEST_CASE("unseen examples share no sentence with others, whichever side of a pair it is on") {
  const auto pairs = examples_of({"a", "b", "c", "d"}, {"1", "2", "3", "4"});
  const auto singles = examples_of({" B\t"}), other_pairs = examples_of({"5", "x"}, {"C", "4"});
  CHECK(mtt::unseen_examples(pairs, {&singles, &other_pairs}) == std::vector<std::int64_t>{0});
  CHECK(mtt::unseen_examples(pairs, {}).size() == 4);
  CHECK(mtt::unseen_examples(singles, {&pairs}).empty());
}

TEST_CASE("pairs with empty second texts are divided by their first texts") {
  std::vector<std::string> texts, partners;
  for (int i = 0; i < 40; ++i) {
    texts.push_back("text " + std::to_string(i));
    partners.emplace_back(i % 2 ? "" : "partner " + std::to_string(i));
  }
  const auto split = mtt::split_examples(examples_of(texts, partners), 0.25, 1);
  CHECK(split.dev.size() == 10);
  std::size_t empty = 0;
  for (const auto i : split.dev) empty += partners[static_cast<std::size_t>(i)].empty();
  CHECK(empty > 0);
  CHECK(empty < 10);
}
