// Weights that the experiment gives.
#include <algorithm>
#include <cmath>

#include "mtt/plugin.h"

namespace {

/// Σ w_i L_i with fixed weights (linear scalarisation).
class Static : public mtt::Weighting {
 public:
  explicit Static(const mtt::Options& options) : table_(options.value("weights")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::nothing; }

  void begin(const std::vector<mtt::WeightedTask>& tasks) override {
    std::vector<std::string> names;
    double sum = 0;
    for (const mtt::WeightedTask& task : tasks) {
      names.push_back(task.name);
      const mtt::Value* weight = table_.find(task.name);
      if (!weight)
        table_.refuse("'weights' has no weight for the task '" + task.name + "'; write " + task.name +
                      " = 1.0");
      weights_.push_back(number(task.name, *weight));
      sum += weights_.back();
    }
    for (const auto& [name, weight] : table_.table()) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      const std::string near = mtt::nearest(name, names);
      weight.refuse("'weights' names the task '" + name + "', which is not in the experiment" +
                    (near.empty() ? "; remove it" : "; did you mean '" + near + "'?"));
    }
    if (!(sum > 0)) table_.refuse("all of 'weights' are 0; at least one must be above 0");
  }

  std::vector<double> weights(const mtt::WeightingStep&) override { return weights_; }

 private:
  static double number(const std::string& task, const mtt::Value& weight) {
    const bool numeric = weight.is(mtt::Value::Kind::number) || weight.is(mtt::Value::Kind::integer);
    if (!numeric || !std::isfinite(weight.number()) || weight.number() < 0)
      weight.refuse("the weight of the task '" + task + "' in 'weights' is not a number of at least 0");
    return weight.number();
  }

  mtt::Value table_;
  std::vector<double> weights_;
};

void register_static(mtt::Registry& registry) {
  mtt::OptionList options;
  options.table("weights", "Weights of at least 0, one per task: `{ intent = 1.0, slots = 0.5 }`.");
  registry.add(mtt::WeightingPlugin{
      .name = "static",
      .summary = "Fixed weights, one per task.",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<Static>(options);
      },
      .other_names = {"fixed"},
  });
}

}  // namespace

MTT_PLUGIN("static", "1.0", register_static)
