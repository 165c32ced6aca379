#include "train/sampling_shares.h"

#include "catch.h"
#include "sampling_methods.h"

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
