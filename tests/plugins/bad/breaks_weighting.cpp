// A weighting that breaks its contract in the way that the option `how` names: "throws in needs" throws
// there.
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <stdexcept>

#include "mtt/error.h"
#include "mtt/plugin.h"

namespace {

using mtt::WeightingNeeds;
using mtt::WeightingStep;

class BreaksWeighting : public mtt::Weighting {
 public:
  explicit BreaksWeighting(std::string how) : how_(std::move(how)) {}

  WeightingNeeds needs() const override {
    throw_in("needs");
    if (how_ == "divides" || how_ == "few") return WeightingNeeds::gram;
    return how_ == "wide" ? WeightingNeeds::gradients : WeightingNeeds::losses;
  }
  void begin(const std::vector<mtt::WeightedTask>& tasks) override {
    throw_in("begin");
    if (how_ == "refuses") throw mtt::Error("there are " + std::to_string(tasks.size()) + " tasks");
  }
  std::vector<double> weights(const WeightingStep& step) override {
    throw_in("weights");
    ++steps_;
    std::vector<double> weights(step.losses.size(), 1.0);
    if (how_ == "short") weights.pop_back();
    if (how_ == "infinite") weights[0] = std::log(0.0);
    if (how_ == "absent") {  // the sum is NaN as soon as one task is
      double sum = 0;
      for (const double loss : step.losses) sum += loss;
      for (double& weight : weights) weight = 1 / sum;
    }
    if (how_ == "forgets" || how_ == "mixes_up") weights[0] = 1.0 / static_cast<double>(steps_);
    if (how_ == "crashes" && step.present.size() < step.losses.size()) std::raise(SIGSEGV);
    return weights;
  }
  std::vector<double> coefficients(const at::Tensor& gram, const WeightingStep& step) override {
    throw_in("coefficients");
    std::vector<double> coefficients;
    for (std::size_t i = how_ == "few" ? 1 : 0; i < step.present.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      coefficients.push_back(how_ == "divides" ? 1 / gram[row][row].item<double>() : 1.0);
    }
    return coefficients;
  }
  at::Tensor combine(const at::Tensor& gradients, const WeightingStep&) override {
    throw_in("combine");
    return how_ == "wide" ? gradients : gradients.sum(0);
  }
  void after_step(const WeightingStep&, const std::function<std::vector<double>()>&) override {
    throw_in("after_step");
  }
  void after_epoch(std::int64_t, const std::vector<double>&) override { throw_in("after_epoch"); }
  bool own_objective() const override {
    throw_in("own_objective");
    return false;
  }
  double learning_rate() const override {
    throw_in("learning_rate");
    return 0;
  }
  double weight_decay() const override {
    throw_in("weight_decay");
    return 0;
  }
  mtt::Value state() const override {
    throw_in("state");
    return how_ == "forgets" ? mtt::Value() : mtt::Value(mtt::Value::Table{{"steps", mtt::Value(steps_)}});
  }
  void restore(const mtt::Value& state) override {
    throw_in("restore");
    if (how_ != "forgets") steps_ = state.at("steps").integer() + (how_ == "mixes_up" ? 1 : 0);
  }

 private:
  void throw_in(const std::string& function) const {
    if (how_ == "throws in " + function) throw std::runtime_error("no patience");
  }

  std::string how_;
  std::int64_t steps_ = 0;
};

void register_breaks_weighting(mtt::Registry& registry) {
  mtt::OptionList options;
  options.string("how", "not at all", "What it does wrong.");
  registry.add(mtt::WeightingPlugin{
      .name = "breaks_weighting",
      .summary = "Breaks its contract.",
      .options = options,
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<BreaksWeighting>(options.string("how"));
      },
  });
}

}  // namespace

MTT_PLUGIN("breaks_weighting", "1.0", register_breaks_weighting)
