#include "train/sampler.h"

#include <cmath>
#include <map>
#include <set>

#include "catch.h"
#include "mtt/error.h"
#include "train/sampling_shares.h"
#include "value/toml.h"

using mtt::Sampler;
using mtt::SamplerSettings;
using mtt::SamplingMethod;
using mtt::SourceSize;
using Counts = std::vector<std::int64_t>;
using Sources = std::vector<SourceSize>;

namespace {

const Sources kTwo = {{"a", 10'000}, {"b", 100}};  // the table of methods
const std::vector<std::pair<const char*, SamplingMethod>> kMethods = {
    {"all", SamplingMethod::all},         {"proportional", SamplingMethod::proportional},
    {"uniform", SamplingMethod::uniform}, {"temperature", SamplingMethod::temperature},
    {"capped", SamplingMethod::capped},   {"annealed", SamplingMethod::annealed},
    {"unimax", SamplingMethod::unimax}};

SamplerSettings settings(SamplingMethod method, bool mix = false) {
  SamplerSettings result;
  result.method = method;
  result.mix_examples = mix;
  result.cap = 1000;
  return result;
}

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

SamplerSettings read(const std::string& toml) {
  return SamplerSettings::read(
      mtt::Options::read(mtt::sampler_options(), mtt::parse_toml(toml, "s.toml"), "[sampler]"));
}

}  // namespace

TEST_CASE("sampling: shares have the known values") {
  const Counts sizes = {10'000, 100};
  CHECK(mtt::power_probabilities(sizes, 1)[1] == Approx(0.009901).epsilon(1e-4));
  CHECK(mtt::power_probabilities(sizes, 0)[1] == 0.5);
  CHECK(mtt::power_probabilities(sizes, 0.5)[1] == Approx(0.090909).epsilon(1e-5));
  CHECK(mtt::power_probabilities(sizes, 0.2)[1] == Approx(0.284747).epsilon(1e-5));

  const auto share = [](SamplerSettings s, std::int64_t epoch, std::int64_t epochs = 5) {
    return Sampler(s, kTwo, 32, 100, epochs, 1).probabilities(epoch)[1];
  };
  CHECK(share(settings(SamplingMethod::all), 0) == 0.5);
  CHECK(share(settings(SamplingMethod::uniform), 0) == 0.5);
  CHECK(share(settings(SamplingMethod::proportional), 0) == Approx(100.0 / 10'100));
  CHECK(share(settings(SamplingMethod::temperature), 0) == Approx(1.0 / 11));
  auto capped = settings(SamplingMethod::capped);
  capped.temperature = 1;
  CHECK(share(capped, 0) == Approx(0.090909).epsilon(1e-5));
  auto unimax = settings(SamplingMethod::unimax);
  CHECK(share(unimax, 0, 1) == Approx(0.125));
}

TEST_CASE("sampling: annealing goes from proportional to almost uniform") {
  const Sampler sampler(settings(SamplingMethod::annealed), kTwo, 32, 100, 5, 1);
  for (int epoch = 0; epoch < 5; ++epoch) {
    const double alpha = 1 - 0.2 * epoch;
    CHECK(sampler.probabilities(epoch)[1] == Approx(mtt::power_probabilities({10'000, 100}, alpha)[1]));
  }
  CHECK(sampler.probabilities(4)[1] == Approx(0.284747).epsilon(1e-5));
  CHECK(Sampler(settings(SamplingMethod::annealed), kTwo, 32, 100, 1, 1).probabilities(0)[1] ==
        Approx(100.0 / 10'100));
  CHECK_THROWS_WITH(sampler.probabilities(5), Contains("no epoch 5"));
  CHECK_THROWS_WITH(sampler.probabilities(-1), Contains("no epoch -1"));
}

TEST_CASE("sampling: UniMax's budgets have the known values") {
  const Counts sizes = {100, 1000, 10'000};
  CHECK(mtt::unimax_budgets(sizes, 3000, 1) == Counts{100, 1000, 1900});
  CHECK(mtt::unimax_budgets(sizes, 3000, 4) == Counts{400, 1300, 1300});
  CHECK(mtt::unimax_budgets({10'000, 100}, 3200, 4) == Counts{2800, 400});
  CHECK(mtt::unimax_budgets(sizes, 1'000'000, 2) == Counts{200, 2000, 20'000});
  CHECK(mtt::unimax_budgets({5, 5, 5}, 10, 4) == Counts{3, 3, 4});
}

TEST_CASE("sampling: shares sum to one for every method") {
  const Sources sources = {{"a", 1'000'003}, {"b", 7}, {"c", 300}, {"d", 12'345}};
  for (const auto& [name, method] : kMethods) {
    CAPTURE(name);
    const Sampler sampler(settings(method), sources, 7, 500, 3, 1);
    for (int epoch = 0; epoch < 3; ++epoch) {
      double sum = 0;
      for (const double p : sampler.probabilities(epoch)) {
        CHECK(p > 0);
        sum += p;
      }
      CHECK(sum == Approx(1).epsilon(1e-12));
    }
  }
}

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

TEST_CASE("sampling: [sampler] is read strictly") {
  CHECK(read("").method == SamplingMethod::all);
  for (const auto& [name, method] : kMethods) {
    const bool capped = method == SamplingMethod::capped;
    CHECK(read(std::string("method = \"") + name + "\"" + (capped ? "\ncap = 5" : "")).method == method);
  }
  const auto some = read("method = \"capped\"\ncap = 30000\ntemperature = 1.0\nmixing = \"examples\"");
  CHECK(some.cap == 30'000);
  CHECK(some.temperature == 1);
  CHECK(some.mix_examples);
  CHECK(read("method = \"unimax\"\nmax_epochs = 7").max_epochs == 7);
  CHECK_THROWS_WITH(read("method = \"proportinal\""), Contains("s.toml:1:") && Contains("proportional"));
  CHECK_THROWS_WITH(read("method = \"capped\""), Contains("s.toml:1:1:") && Contains("needs 'cap'"));
  CHECK_THROWS_WITH(read("cap = 7"), Contains("s.toml:1:1:") && Contains("no effect with method = \"all\""));
  CHECK_THROWS_WITH(read("method = \"uniform\"\ntemperature = 3.0"),
                    Contains("s.toml:2:") && Contains("no effect"));
  CHECK_THROWS_WITH(read("mixing = \"examples\""), Contains("no effect"));
  CHECK_THROWS_WITH(read("method = \"temperature\"\ntemperature = 0.5"), Contains("at least 1"));
  // A resolved configuration has all keys with their defaults and reads back.
  CHECK(read("method = \"all\"\ntemperature = 2.0\ncap = 0\nmax_epochs = 4\nmixing = \"steps\"").method ==
        SamplingMethod::all);
}
