#include "train/sampler.h"

#include <cmath>
#include <map>
#include <set>

#include "catch.h"
#include "mtt/error.h"
#include "sampling_methods.h"
#include "train/sampling_shares.h"

namespace {

std::string text(const std::vector<mtt::SourceBatch>& batches) {
  std::string out;
  for (const auto& batch : batches) {
    out += std::to_string(batch.source) + ":";
    for (const auto example : batch.examples) out += " " + std::to_string(example);
    out += "; ";
  }
  return out;
}

/// How often each example of each source is taken in some steps.
std::vector<std::map<std::int64_t, int>> taken(Sampler& sampler, std::int64_t steps, std::size_t sources) {
  std::vector<std::map<std::int64_t, int>> counts(sources);
  for (std::int64_t i = 0; i < steps; ++i)
    for (const auto& batch : sampler.next())
      for (const auto example : batch.examples) ++counts[batch.source][example];
  return counts;
}

std::int64_t total(const std::map<std::int64_t, int>& counts) {
  std::int64_t sum = 0;
  for (const auto& [example, count] : counts) sum += count;
  return sum;
}

bool each_exactly(const std::map<std::int64_t, int>& counts, std::int64_t size, int times) {
  for (std::int64_t i = 0; i < size; ++i)
    if (!counts.count(i) || counts.at(i) != times) return false;
  return static_cast<std::int64_t>(counts.size()) == size;
}

}  // namespace

TEST_CASE("sampling: natural epochs") {
  const auto steps = [](SamplingMethod method, bool mix = false) {
    return Sampler(settings(method, mix), kTwo, 32, 0, 1, 1).steps_per_epoch();
  };
  CHECK(steps(SamplingMethod::all) == 313);
  CHECK(steps(SamplingMethod::proportional) == 317);
  CHECK(steps(SamplingMethod::proportional, true) == 316);
  CHECK(steps(SamplingMethod::uniform) == 315);
  CHECK(Sampler(settings(SamplingMethod::uniform), kTwo, 32, 40, 3, 1).steps() == 120);
}

TEST_CASE("sampling: all takes of every source in every step, the largest exactly once an epoch") {
  const Sources sources = {{"a", 103}, {"b", 25}, {"c", 101}};
  Sampler sampler(settings(SamplingMethod::all), sources, 10, 0, 3, 4);
  CHECK(sampler.every_source_in_a_step());
  REQUIRE(sampler.steps_per_epoch() == 11);
  for (int epoch = 0; epoch < 3; ++epoch) {
    std::vector<std::map<std::int64_t, int>> counts(3);
    for (int step = 0; step < 11; ++step) {
      const auto batches = sampler.next();
      REQUIRE(batches.size() == 3);
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(batches[i].source == i);
        const std::size_t last = i == 0 ? 3 : i == 2 ? 1 : 10;
        CHECK(batches[i].examples.size() == (step == 10 ? last : 10));
        for (const auto example : batches[i].examples) ++counts[i][example];
      }
    }
    CHECK(each_exactly(counts[0], 103, 1));
    CHECK(each_exactly(counts[2], 101, 1));
    CHECK(total(counts[1]) == 110);
  }
  CHECK_THROWS_WITH(sampler.next(), Contains("all 33 steps"));
}

TEST_CASE("sampling: a source that wraps around is still taken in whole passes") {
  Sampler sampler(settings(SamplingMethod::all), {{"a", 100}, {"b", 25}}, 10, 0, 1, 4);
  CHECK(each_exactly(taken(sampler, 5, 2)[1], 25, 2));  // 50 examples, two passes of 25
  CHECK(each_exactly(taken(sampler, 5, 2)[1], 25, 2));

  Sampler fixed(settings(SamplingMethod::all), {{"a", 103}}, 10, 7, 20, 4);
  CHECK(each_exactly(taken(fixed, 103, 1)[0], 103, 10));  // a given epoch: full batches only
}

TEST_CASE("sampling: proportional takes every example exactly once a round") {
  const Sources sources = {{"a", 103}, {"b", 5}, {"c", 40}};
  for (const bool mix : {false, true}) {
    CAPTURE(mix);
    Sampler sampler(settings(SamplingMethod::proportional, mix), sources, 10, 0, 3, 9);
    CHECK_FALSE(sampler.every_source_in_a_step());
    REQUIRE(sampler.steps_per_epoch() == (mix ? 15 : 11 + 1 + 4));
    std::set<std::string> orders;
    for (int epoch = 0; epoch < 3; ++epoch) {
      std::vector<std::map<std::int64_t, int>> counts(3);
      std::string order;
      for (std::int64_t step = 0; step < sampler.steps_per_epoch(); ++step) {
        const auto batches = sampler.next();
        if (!mix) REQUIRE(batches.size() == 1);
        std::size_t size = 0;
        for (const auto& batch : batches) {
          size += batch.examples.size();
          order += static_cast<char>('0' + batch.source);
          for (const auto example : batch.examples) ++counts[batch.source][example];
        }
        if (mix) CHECK(size == (step == 14 ? 8 : 10));
      }
      for (std::size_t i = 0; i < 3; ++i) CHECK(each_exactly(counts[i], sources[i].examples, 1));
      orders.insert(order);
    }
    CHECK(orders.size() == 3);  // shuffled anew every epoch
  }
}

TEST_CASE("sampling: a given epoch does not change what proportional takes") {
  Sampler natural(settings(SamplingMethod::proportional), kTwo, 32, 0, 2, 1);
  Sampler cut(settings(SamplingMethod::proportional), kTwo, 32, 100, 6, 1);
  for (int i = 0; i < 600; ++i) REQUIRE(text(natural.next()) == text(cut.next()));
}

TEST_CASE("sampling: drawn methods take sources as often as their shares say") {
  constexpr int kSteps = 20'000;
  for (const auto& [name, method] : kMethods) {
    if (method == SamplingMethod::all || method == SamplingMethod::unimax) continue;
    for (const bool mix : {false, true}) {
      CAPTURE(name, mix);
      const std::int64_t batch = mix ? 4 : 1;
      Sampler sampler(settings(method, mix), {{"a", 1600}, {"b", 100}, {"c", 400}}, batch, kSteps, 1, 5);
      const auto p = sampler.probabilities(0);
      const auto counts = taken(sampler, kSteps, 3);
      for (std::size_t i = 0; i < 3; ++i) {
        const double share = static_cast<double>(total(counts[i])) / static_cast<double>(kSteps * batch);
        const double deviation = std::sqrt(p[i] * (1 - p[i]) / static_cast<double>(kSteps * batch));
        CHECK(std::abs(share - p[i]) < 5 * deviation);
      }
    }
  }
}

TEST_CASE("sampling: within a source no example is taken again before all others were") {
  for (const bool mix : {false, true}) {
    for (const auto method : {SamplingMethod::uniform, SamplingMethod::temperature}) {
      Sampler sampler(settings(method, mix), {{"a", 37}, {"b", 12}}, 5, 200, 1, 3);
      std::vector<std::map<std::int64_t, int>> counts(2);
      for (int i = 0; i < 200; ++i) {
        for (const auto& batch : sampler.next()) {
          for (const auto example : batch.examples) {
            auto& source = counts[batch.source];
            const int before = source[example]++;
            const auto size = batch.source == 0 ? 37 : 12;
            int least = before;
            for (int other = 0; other < size; ++other) least = std::min(least, source[other]);
            REQUIRE((before == least || source[example] - 1 == least));
          }
        }
      }
    }
  }
}

TEST_CASE("sampling: UniMax never exceeds its limits, and takes its budgets exactly") {
  const Sources sources = {{"a", 103}, {"b", 25}, {"c", 1000}};
  for (const bool mix : {false, true}) {
    for (const std::int64_t steps : {20, 40, 60, 90}) {
      CAPTURE(mix, steps);
      SamplerSettings unimax = settings(SamplingMethod::unimax, mix);
      unimax.max_epochs = 2;
      Sampler sampler(unimax, sources, 10, steps, 2, 6);
      const auto budgets = mtt::unimax_budgets({103, 25, 1000}, steps * 20, 2);
      const auto counts = taken(sampler, sampler.steps(), 3);
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(total(counts[i]) <= 2 * sources[i].examples);
        for (const auto& [example, count] : counts[i]) REQUIRE(count <= 2);
        if (mix)
          CHECK(total(counts[i]) == budgets[i]);
        else
          CHECK(std::abs(total(counts[i]) - budgets[i]) < 10);
      }
    }
  }
  const Sources five = {{"a", 100}, {"b", 100}, {"c", 100}, {"d", 100}, {"e", 100}};
  Sampler even(settings(SamplingMethod::unimax), five, 10, 13, 1, 6);  // 26 examples each
  for (const auto& counts : taken(even, 13, 5)) CHECK((total(counts) == 20 || total(counts) == 30));

  SamplerSettings unimax = settings(SamplingMethod::unimax);
  unimax.max_epochs = 2;
  CHECK_THROWS_WITH(Sampler(unimax, sources, 10, 0, 3, 6), Contains("3360") && Contains("allows 2256"));
  CHECK_NOTHROW(Sampler(unimax, sources, 10, 0, 2, 6));
}

TEST_CASE("sampling: a restored sampler goes on identically from any position") {
  const Sources sources = {{"a", 23}, {"b", 8}, {"c", 41}};
  for (const auto& [name, method] : kMethods) {
    for (const bool mix : {false, true}) {
      if (mix && method == SamplingMethod::all) continue;
      CAPTURE(name, mix);
      Sampler whole(settings(method, mix), sources, 6, 0, 3, 11);
      std::vector<std::string> steps;
      std::vector<mtt::Value> states = {whole.state()};
      while (whole.step() < whole.steps()) {
        steps.push_back(text(whole.next()));
        states.push_back(whole.state());
      }
      for (std::size_t cut = 0; cut < states.size(); ++cut) {
        Sampler resumed(settings(method, mix), sources, 6, 0, 3, 11);
        if (cut % 2 == 1) taken(resumed, resumed.steps() / 2, 3);  // what it did before does not matter
        resumed.restore(states[cut]);
        for (std::size_t i = cut; i < steps.size(); ++i) REQUIRE(text(resumed.next()) == steps[i]);
        REQUIRE(resumed.state().json() == states.back().json());
      }
    }
  }
}

TEST_CASE("sampling: another source changes no permutation") {
  const auto order = [](const Sources& sources, SamplingMethod method, std::uint64_t seed) {
    SamplerSettings eight = settings(method);
    eight.max_epochs = 8;
    Sampler sampler(eight, sources, 4, 1000, 1, seed);
    std::vector<std::int64_t> examples;
    while (examples.size() < 92) {
      for (const auto& batch : sampler.next())
        if (sources[batch.source].name == "a")
          examples.insert(examples.end(), batch.examples.begin(), batch.examples.end());
    }
    examples.resize(92);
    return examples;
  };
  for (const auto& [name, method] : kMethods) {
    CAPTURE(name);
    const auto alone = order({{"a", 23}, {"c", 500}}, method, 1);
    CHECK(order({{"b", 50}, {"a", 23}, {"c", 500}}, method, 1) == alone);
    CHECK(order({{"a", 23}, {"c", 500}}, method, 2) != alone);
  }
}

TEST_CASE("sampling: sources of one size have permutations of their own") {
  Sampler sampler(settings(SamplingMethod::all), {{"a", 50}, {"b", 50}}, 50, 0, 2, 1);
  const auto first = sampler.next(), second = sampler.next();
  CHECK(first[0].examples != first[1].examples);
  CHECK(first[0].examples != second[0].examples);
}

TEST_CASE("sampling: one source is in every step") {
  CHECK(Sampler(settings(SamplingMethod::uniform), {{"a", 23}}, 4, 0, 1, 1).every_source_in_a_step());
  CHECK_FALSE(Sampler(settings(SamplingMethod::uniform), kTwo, 4, 0, 1, 1).every_source_in_a_step());
}

TEST_CASE("sampling: bad input has one sentence") {
  const auto make = [](SamplingMethod method, const Sources& sources, std::int64_t batch, std::int64_t steps,
                       std::int64_t epochs) { Sampler(settings(method), sources, batch, steps, epochs, 1); };
  const auto uniform = SamplingMethod::uniform;
  CHECK_THROWS_WITH(make(uniform, {}, 8, 0, 1), Contains("no training files"));
  CHECK_THROWS_WITH(make(uniform, {{"a", 0}}, 8, 0, 1), Contains("'a' has no examples"));
  CHECK_THROWS_WITH(make(uniform, {{"a", 9}, {"a", 9}}, 8, 0, 1), Contains("'a' occurs twice"));
  CHECK_THROWS_WITH(make(uniform, kTwo, 0, 0, 1), Contains("batch size is 0"));
  CHECK_THROWS_WITH(make(uniform, kTwo, 8, -1, 1), Contains("-1 steps"));
  CHECK_THROWS_WITH(make(uniform, kTwo, 8, 0, 0), Contains("0 epochs"));
  CHECK_THROWS_WITH(make(uniform, kTwo, 8, INT64_MAX, 2), Contains("more than can be counted"));
  CHECK_THROWS_WITH(make(uniform, {{"a", INT64_MAX}, {"b", 1}}, 1, 0, 1), Contains("can be counted"));
  CHECK_THROWS_WITH(make(uniform, {{"a", 9}, {"b", 7}}, 8, 0, 1),
                    Contains("'b' has 7 examples") && Contains("lower the batch size to 7"));
  CHECK_THROWS_WITH(make(SamplingMethod::all, {{"a", 9}, {"b", 7}}, 8, 0, 1), Contains("'b' has 7"));
  CHECK_NOTHROW(make(SamplingMethod::proportional, {{"a", 9}, {"b", 7}}, 8, 0, 1));
  CHECK_NOTHROW(make(SamplingMethod::all, {{"a", 5}, {"b", 7}}, 8, 0, 1));
  CHECK_THROWS_WITH(Sampler(settings(SamplingMethod::all, true), kTwo, 8, 0, 1, 1), Contains("mixing"));
}

TEST_CASE("sampling: a position of other data is refused and changes nothing") {
  Sampler sampler(settings(SamplingMethod::uniform), kTwo, 8, 100, 1, 1);
  taken(sampler, 3, 2);
  const std::string before = sampler.state().json();
  const auto refuses = [&](const Sources& sources, const std::string& why) {
    const auto state = Sampler(settings(SamplingMethod::uniform), sources, 8, 100, 1, 1).state();
    CHECK_THROWS_WITH(sampler.restore(state), Contains(why));
    CHECK(sampler.state().json() == before);
  };
  refuses({{"a", 10'000}}, "had 1 training files");
  refuses({{"a", 10'000}, {"b", 99}}, "\"b\" with 99 examples");
  refuses({{"a", 10'000}, {"c", 100}}, "was \"c\"");
  for (const int step : {-1, 101}) {
    auto state = sampler.state();
    state.set("step", step);
    CHECK_THROWS_WITH(sampler.restore(state), Contains("was at step"));
  }
  auto state = sampler.state();
  state.find("sources")->array()[1].set("taken", -8);
  CHECK_THROWS_WITH(sampler.restore(state), Contains("cannot have taken -8"));
  CHECK_THROWS_AS(sampler.restore(mtt::Value(mtt::Value::Table{})), mtt::Error);
  CHECK(sampler.state().json() == before);
}
