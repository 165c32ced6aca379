#include "check/head_fits.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "check/contract_report.h"
#include "model/task.h"
#include "probe/head_features.h"
#include "probe/learned_curvature.h"
#include "probe/probe_objective.h"

namespace mtt {
namespace {

constexpr double kPenalty = 0.1;
constexpr std::int64_t kMostEvaluations = 500;

/// Makes one example of the tokens of each input; `examples` holds the numbers of tokens.
void join_by_input(const HeadTrial& trial, HeadFeatures& sample) {
  const std::vector<std::int64_t>& ends = trial.batch().offsets;
  std::vector<std::int64_t> starts = {0};
  for (std::int64_t b = 0; b < trial.batch().size(); ++b) {
    const auto last = std::lower_bound(sample.examples.begin(), sample.examples.end(), ends[b + 1]);
    if (last - sample.examples.begin() > starts.back()) starts.push_back(last - sample.examples.begin());
  }
  sample.examples.resize(starts.size() - 1);
  sample.starts = std::move(starts);
}

}  // namespace

void check_closed_forms(const HeadTrial& trial) {
  const at::NoGradGuard no_grad;
  require(!trial.grouped(),
          "initialisations() of a head that reads groups; closed forms are for heads that read one input");
  for (const std::string& method : trial.head().initialisations()) {
    const auto head = trial.copy_of(trial.head());
    const Encoding encoding = trial.features(trial.batch());
    const at::Tensor& all = encoding.tokens.defined() ? encoding.tokens : encoding.sentences;
    const at::Tensor targets = trial.targets_of(*head, 0, trial.batch());
    const at::Tensor known = rows_with_target(targets);
    head->initialise(method, all.index_select(0, known), targets.index_select(0, known));
    require(trial.logits(*head, trial.batch()).isfinite().all().item<bool>(),
            "after initialise(\"" + method + "\") logits are not finite");
  }
}

void check_convex(const HeadTrial& trial) {
  require(!trial.grouped() || !trial.tokens(),
          "convex() of a head that reads groups of tokens; probes are for tokens, sentences and groups of "
          "sentences");
  Task task("check", trial.plugin().name, {}, trial.copy_of(trial.head()), true);
  const Encoding encoding = trial.features(trial.batch());
  const at::Tensor targets = task.prepare(trial.labels(), trial.batch(), encoding.groups);
  const at::Tensor known = rows_with_target(targets);
  HeadFeatures all{.examples = {},
                   .starts = {0},
                   .features = encoding.tokens.defined() ? encoding.tokens : encoding.sentences,
                   .groups = encoding.groups,
                   .targets = targets};
  for (std::int64_t row = 0; row < targets.size(0); ++row) {
    all.examples.push_back(row);
    all.starts.push_back(row + 1);
  }
  HeadFeatures sample = all.selected(
      {known.const_data_ptr<std::int64_t>(), known.const_data_ptr<std::int64_t>() + known.numel()});
  if (trial.tokens() && !trial.grouped()) join_by_input(trial, sample);
  const auto parameters = task.module().parameters();
  const at::Tensor start = parameter_vector(parameters);
  task.module().to({.dtype = at::kDouble});
  for (const auto& [name, tensor] : parameters) tensor.set_requires_grad(true);
  const ProbeObjective objective(task, sample, 1);
  const double dtype_probe = objective.penalised(start, kPenalty).value;
  require(std::isfinite(dtype_probe), "convex() is true, and the loss in float64 is not finite");
  std::vector<double> lowest;
  for (const double factor : {0.0, 1.0, -1.0}) {
    const FeatureBasis basis(parameters, sample.leading());
    LearnedCurvature curvature(basis, sample.rows());
    curvature.set_penalty(kPenalty);
    lowest.push_back(
        minimise_within(
            basis, curvature, [&](const at::Tensor& point) { return objective.penalised(point, kPenalty); },
            start * factor, [](double, double gradient) { return gradient < kRounding; }, kMostEvaluations)
            .value);
  }
  for (const double value : lowest)
    require(std::abs(value - lowest.front()) <= 1e-3 * (1 + std::abs(lowest.front())),
            "convex() is true, and from other starts the penalised loss ends at " + std::to_string(value) +
                " instead of " + std::to_string(lowest.front()));
}

}  // namespace mtt
