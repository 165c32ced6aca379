#include "check/check_weighting.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>

#include "check/samples.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"

namespace mtt {
namespace {

constexpr std::int64_t kParameters = 40;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kStep = 0.01;

/// A weighting with K tasks, driven through steps.
class Drive {
 public:
  Drive(const WeightingPlugin& plugin, const Options& options, std::size_t tasks)
      : weighting_(make_weighting(plugin, options)), tasks_(tasks) {
    std::vector<WeightedTask> names;
    for (std::size_t t = 0; t < tasks; ++t)
      names.push_back(
          {"task" + std::to_string(t), t % 2 == 0 ? LossKind::classification : LossKind::regression});
    weighting_->begin(names);
    for (auto& [name, tensor] : weighting_->parameters()) tensor.set_requires_grad(true);
  }

  /// One step with these gradients [tasks, P] and present tasks → all that the weighting said.
  std::vector<double> step(std::int64_t number, const at::Tensor& gradients,
                           const std::vector<std::size_t>& present);
  Weighting& weighting() { return *weighting_; }

 private:
  void move_parameters() {
    const at::NoGradGuard no_grad;
    for (auto& [name, tensor] : weighting_->parameters()) {
      if (!tensor.grad().defined()) continue;
      require(tensor.grad().isfinite().all().item<bool>(),
              "the gradient on its parameter '" + name + "' is not finite");
      tensor.sub_(tensor.grad(), kStep);
      tensor.mutable_grad().reset();
    }
  }

  std::unique_ptr<Weighting> weighting_;
  std::size_t tasks_;
};

void require_finite(const std::vector<double>& values, std::size_t size, const std::string& what) {
  require(values.size() == size,
          what + " has " + std::to_string(values.size()) + " entries; expected " + std::to_string(size));
  for (const double value : values) require(std::isfinite(value), what + " is not finite");
}

std::vector<double> Drive::step(std::int64_t number, const at::Tensor& gradients,
                                const std::vector<std::size_t>& present) {
  WeightingStep step{.step = number,
                     .epoch = number / 4,
                     .seed = 77 + static_cast<std::uint64_t>(number),
                     .present = present,
                     .losses = std::vector<double>(tasks_, kNaN),
                     .gradient_norms = {}};
  std::vector<double> losses(tasks_, kNaN), norms(tasks_, kNaN);
  at::Tensor rows = at::zeros({static_cast<std::int64_t>(present.size()), kParameters});
  for (std::size_t i = 0; i < present.size(); ++i) {
    const auto t = static_cast<std::int64_t>(present[i]);
    losses[present[i]] = 1.0 / static_cast<double>(number + 1) + 0.3 * static_cast<double>(t);
    norms[present[i]] = gradients[t].norm().item<double>();
    rows[static_cast<std::int64_t>(i)].copy_(gradients[t]);
  }
  const WeightingNeeds needs = weighting_->needs();
  if (needs != WeightingNeeds::nothing) step.losses = losses;
  if (needs == WeightingNeeds::gradient_norms) step.gradient_norms = norms;

  std::vector<double> said = weighting_->weights(step);
  require(said.size() == tasks_, "weights returns " + std::to_string(said.size()) + " weights for " +
                                     std::to_string(tasks_) + " tasks");
  for (const std::size_t t : present) require(std::isfinite(said[t]), "a weight is not finite");
  for (std::size_t t = 0; t < tasks_; ++t)
    if (!std::isfinite(losses[t])) said[t] = 0;  // of an absent task: not used
  if (needs == WeightingNeeds::gram) {
    const at::Tensor wide = rows.to(at::kDouble);
    const auto coefficients = weighting_->coefficients(wide.matmul(wide.t()), step);
    require_finite(coefficients, present.size(), "the list of coefficients");
    said.insert(said.end(), coefficients.begin(), coefficients.end());
  } else if (needs == WeightingNeeds::gradients) {
    const at::Tensor combined = weighting_->combine(rows, step);
    require(combined.dim() == 1 && combined.size(0) == kParameters,
            "combine returns another shape than [P], one number per shared parameter");
    require(combined.isfinite().all().item<bool>(), "the combined gradient is not finite");
    for (std::int64_t i = 0; i < kParameters; ++i) said.push_back(combined[i].item<double>());
  }
  step.losses = losses;
  weighting_->after_step(step, [&] {
    std::vector<double> lower = losses;
    for (double& loss : lower) loss *= 0.9;
    return lower;
  });
  move_parameters();
  if (number % 4 == 3) weighting_->after_epoch(number / 4, losses);
  return said;
}

std::vector<std::size_t> all_of(std::size_t tasks) {
  std::vector<std::size_t> all(tasks);
  for (std::size_t t = 0; t < tasks; ++t) all[t] = t;
  return all;
}

at::Tensor drawn(std::size_t tasks, std::int64_t step) {
  return sample_values({static_cast<std::int64_t>(tasks), kParameters},
                       100 + static_cast<std::uint64_t>(step));
}

}  // namespace

void check_weighting(const WeightingPlugin& plugin, const Options& options, ContractReport& report) {
  std::size_t most = 0;
  report.step("created, and begin with one, two or three tasks", [&] {
    std::string why;
    for (const std::size_t tasks : {1, 2, 3}) {
      try {
        Drive(plugin, options, tasks);
        most = tasks;
      } catch (const Error& error) {
        why = error.what();
      }
    }
    require(most > 0, "it accepts no number of tasks: " + why);
  });
  if (most == 0) return;
  const auto each = [&](const auto& work) {
    for (std::size_t tasks = 1; tasks <= 3; ++tasks) {
      std::unique_ptr<Drive> drive;
      try {
        drive = std::make_unique<Drive>(plugin, options, tasks);
      } catch (const Error&) {
        continue;  // a number of tasks that the method cannot take
      }
      work(*drive, tasks);
    }
  };
  report.step("finite weights, coefficients and gradients over ten steps", [&] {
    each([](Drive& drive, std::size_t tasks) {
      for (std::int64_t i = 0; i < 10; ++i) drive.step(i, drawn(tasks, i), all_of(tasks));
    });
  });
  report.step("gradients that are 0, equal and opposite", [&] {
    each([](Drive& drive, std::size_t tasks) {
      at::Tensor gradients = at::zeros({static_cast<std::int64_t>(tasks), kParameters});
      drive.step(0, gradients, all_of(tasks));
      gradients.fill_(1);
      drive.step(1, gradients, all_of(tasks));
      gradients[0].fill_(-1);
      drive.step(2, gradients, all_of(tasks));
    });
  });
  report.step("tasks that are absent from a step", [&] {
    each([](Drive& drive, std::size_t tasks) {
      for (std::int64_t i = 0; i < 8; ++i) {
        std::vector<std::size_t> present = all_of(tasks);
        if (tasks > 1 && i > 1) present.erase(present.begin() + i % static_cast<std::int64_t>(tasks));
        drive.step(i, drawn(tasks, i), present);
      }
    });
  });
  report.step("after saving and loading, the steps continue identically", [&] {
    each([&](Drive& drive, std::size_t tasks) {
      for (std::int64_t i = 0; i < 6; ++i) drive.step(i, drawn(tasks, i), all_of(tasks));
      Drive other(plugin, options, tasks);
      const at::NoGradGuard no_grad;
      const auto from = drive.weighting().parameters();
      auto to = other.weighting().parameters();
      require(from.size() == to.size(), "begin registers another number of parameters each time");
      for (std::size_t i = 0; i < from.size(); ++i) to[i].tensor.copy_(from[i].tensor);
      const Value state = drive.weighting().state();
      other.weighting().restore(state);
      require(other.weighting().state().json() == state.json(), "after restore(state()) the state is " +
                                                                    other.weighting().state().json() +
                                                                    "; it was " + state.json());
      const at::AutoGradMode with_grad(true);
      for (std::int64_t i = 6; i < 10; ++i)
        require(
            drive.step(i, drawn(tasks, i), all_of(tasks)) == other.step(i, drawn(tasks, i), all_of(tasks)),
            "after restore(state()) step " + std::to_string(i) + " returns other weights");
    });
  });
}

}  // namespace mtt
