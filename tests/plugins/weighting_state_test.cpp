#include <limits>

#include "value/json.h"
#include "weightings.h"

namespace {

constexpr std::size_t kTasks = 3;

/// What a weighting says in step k of a made-up training, in which it is told everything.
Numbers lived(mtt::Weighting& weighting, std::int64_t k) {
  const auto n = static_cast<double>(k);
  Numbers losses = {1 / (1 + n), 0.3 + 0.1 * std::sin(n), 2 + std::cos(n)};
  if (k % 3 == 1) losses[1] = std::numeric_limits<double>::quiet_NaN();
  mtt::WeightingStep step = step_with(losses, static_cast<std::uint64_t>(k));
  step.step = k;
  step.epoch = k / 2;
  step.gradient_norms = {1 + n, 2, 0.5};
  Numbers said = weighting.weights(step);
  Rows rows;
  for (const std::size_t i : step.present) {
    const auto t = static_cast<double>(i);
    rows.push_back({std::sin(n + t), std::cos(2 * n + t), 1 - t, 0.1 * n});
  }
  if (weighting.needs() == mtt::WeightingNeeds::gram) {
    const Numbers alpha = weighting.coefficients(gram_of(rows), step);
    said.insert(said.end(), alpha.begin(), alpha.end());
  }
  Numbers again = step.losses;
  for (double& loss : again) loss *= 0.7 + 0.2 * std::sin(loss);
  weighting.after_step(step, [&] { return again; });
  if (!weighting.parameters().empty()) descend(weighting, weighting.learning_rate());
  if (k % 2 == 1) weighting.after_epoch(step.epoch, step.losses);
  return said;
}

std::unique_ptr<mtt::Weighting> made(const std::string& name) {
  mtt::Value options;
  if (name == "static") {
    mtt::Value table;
    for (const auto& task : tasks_of(kTasks)) table.set(task.name, 0.5);
    options.set("weights", table);
  }
  if (name == "stch") options.set("warm_up", 1);
  return make(name, kTasks, options);
}

std::vector<std::string> all_weightings() {
  mtt::PluginCatalog catalog({MTT_PLUGINS});
  catalog.load_all();
  std::vector<std::string> names;
  for (const mtt::PluginLibrary& library : catalog.libraries())
    for (const mtt::WeightingPlugin& plugin : library.registry.weightings()) names.push_back(plugin.name);
  return names;
}

}  // namespace

TEST_CASE("a restored weighting goes on exactly as the one that was saved") {
  constexpr std::int64_t kLast = 14;
  const std::vector<std::string> names = all_weightings();
  CHECK(names.size() == 17);
  for (const std::string& name : names) {
    for (const std::int64_t cut : {0, 1, 4, 7}) {
      INFO(name << " cut at " << cut);
      auto first = made(name);
      for (std::int64_t k = 0; k < cut; ++k) lived(*first, k);
      const std::string saved = first->state().json();
      auto second = made(name);
      const auto from = first->parameters(), to = second->parameters();
      REQUIRE(from.size() == to.size());
      for (std::size_t i = 0; i < from.size(); ++i) at::Tensor(to[i].tensor).copy_(from[i].tensor);
      second->restore(mtt::parse_json(saved, "state"));
      for (std::int64_t k = cut; k < kLast; ++k) {
        const Numbers a = lived(*first, k), b = lived(*second, k);
        CHECK(finite(a));
        CHECK(a == b);
      }
    }
  }
}

TEST_CASE("a state of other tasks is refused") {
  auto weighting = make("dwa", 3);
  CHECK_THROWS_WITH(make("dwa", 2)->restore(weighting->state()), Contains("3 numbers, expected 2"));
}
