#include "probe/probe.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "mtt/error.h"
#include "probe/held_out_part.h"
#include "probe/learned_curvature.h"
#include "probe/probe_objective.h"
#include "probe/sum_over_rows.h"

namespace mtt {
namespace {

constexpr double kGrid[] = {3, 10, 30, 100, 300};
constexpr double kGiven = 10;  // where nothing can be held out
constexpr double kShare = 0.2;
constexpr double kClose = 1.015;  // losses up to this multiple of the lowest one count as equal to it
constexpr double kRising = 1.02;  // a loss so much above the best one ends the search
// of the penalty's pull: the gradient at which a search ends
constexpr double kToCompare = 0.1;    // for penalties that are compared
constexpr double kRough = 3e-2;       // for the penalty that was chosen
constexpr double kTolerance = 1e-3;   // for one that is given
constexpr double kWork = 2.5e8;       // rows times parameters up to which penalties are tried on all examples
constexpr double kLeastSample = 0.2;  // of the examples
constexpr std::int64_t kMostEvaluations = 2000;
constexpr std::int64_t kRowsOfBasis = 16384;

/// The head in evaluation mode and in one dtype, its parameters with gradients.
class InPrecision {
 public:
  InPrecision(nn::Module& head, at::ScalarType type) : head_(head) {
    head_.train(false);
    head_.to({.dtype = type});
    for (auto& [name, tensor] : head_.parameters()) tensor.set_requires_grad(true);
  }
  ~InPrecision() {
    for (auto& [name, tensor] : head_.parameters()) tensor.set_requires_grad(false);
    head_.to({});
  }
  InPrecision(const InPrecision&) = delete;
  InPrecision& operator=(const InPrecision&) = delete;

 private:
  nn::Module& head_;
};

/// LibTorch with one thread, so that sums are made in one order whatever the number of threads.
class OneThread {
 public:
  OneThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

at::Tensor some_rows(const at::Tensor& features) {
  const std::int64_t step = std::max<std::int64_t>(1, (features.size(0) + kRowsOfBasis - 1) / kRowsOfBasis);
  return features.slice(0, 0, features.size(0), step);
}

double mean_squared_length(const at::Tensor& features) {
  const at::Tensor rows = some_rows(features).to(at::kDouble);
  const double value = (rows - rows.mean({0})).square().sum(1).mean().item<double>();
  return value > 0 ? value : 1;
}

/// Fits of one head on one set of features, each from where the last one ended.
class Fitter {
 public:
  Fitter(const Task& task, const HeadFeatures& features, const FeatureBasis& basis, std::int64_t threads)
      : task_(task),
        objective_(task, features, threads),
        basis_(basis),
        curvature_(basis_, features.rows()),
        rows_(static_cast<double>(features.rows())),
        point_(at::zeros({objective_.parameters()}, at::kDouble)) {}

  void start_at(const at::Tensor& point) { point_ = point; }

  /// In the dtype that the head has.
  Minimum fit(double c, double tolerance) {
    const double penalty = task_.penalty_scale() / c;
    curvature_.set_penalty(penalty);
    Minimum minimum = minimise_within(
        basis_, curvature_, [&](const at::Tensor& at) { return objective_.penalised(at, penalty); }, point_,
        [&](double point, double gradient) {
          return gradient <= tolerance * std::max(penalty * point, 1e-6 * rows_);
        },
        kMostEvaluations);
    if (!std::isfinite(minimum.value) || !std::isfinite(minimum.point.sum().item<double>()))
      throw Error("task '" + task_.name + "': the loss of the head '" + task_.plugin +
                  "' is not finite, so it cannot be fitted; write init = \"none\"");
    point_ = minimum.point;
    return minimum;
  }

  double mean_loss() const { return objective_.mean_loss(point_); }
  const at::Tensor& point() const { return point_; }

 private:
  const Task& task_;
  ProbeObjective objective_;
  const FeatureBasis& basis_;
  LearnedCurvature curvature_;
  double rows_;
  at::Tensor point_;
};

/// So many places that rows times parameters stay within the budget, but at least a fifth.
std::vector<std::int64_t> places_to_try(const HeadFeatures& train, const std::vector<std::string>& strata,
                                        std::int64_t parameters) {
  std::vector<std::int64_t> places(train.examples.size());
  std::iota(places.begin(), places.end(), std::int64_t{0});
  const double work = static_cast<double>(train.rows()) * static_cast<double>(parameters);
  return work > kWork ? hold_out(strata, std::max(kWork / work, kLeastSample)).held_out : places;
}

std::vector<std::string> strata_of(const std::vector<std::string>& strata,
                                   const std::vector<std::int64_t>& places) {
  std::vector<std::string> result;
  for (const std::int64_t place : places) result.push_back(strata[place]);
  return result;
}

std::vector<std::int64_t> of(const std::vector<std::int64_t>& places,
                             const std::vector<std::int64_t>& chosen) {
  std::vector<std::int64_t> result;
  for (const std::int64_t i : chosen) result.push_back(places[i]);
  return result;
}

/// Tries penalties and leaves the best one, with the point where its fit ended, or nothing where no example
/// could be held out.
at::Tensor choose(Task& task, const HeadFeatures& train, const std::vector<std::string>& strata,
                  const HeadFeatures* validation, const ProbeSettings& settings, const FeatureBasis& basis,
                  ProbeFit& fit) {
  std::int64_t parameters = 0;
  for (const auto& [name, tensor] : task.module().parameters()) parameters += tensor.numel();
  std::vector<std::int64_t> places = places_to_try(train, strata, parameters);
  if (places.empty()) return {};
  HeadFeatures rest, held_out;
  fit.validation = validation && validation->rows() > 0;
  if (!fit.validation) {
    const ExampleParts parts = hold_out(strata_of(strata, places), kShare);
    if (parts.held_out.empty() || parts.kept.empty()) return {};
    held_out = train.selected(of(places, parts.held_out));
    places = of(places, parts.kept);
  }
  const bool all = places.size() == train.examples.size();
  if (!all) rest = train.selected(places);
  const HeadFeatures& fitted = all ? train : rest;
  const HeadFeatures& judged = fit.validation ? *validation : held_out;
  fit.chosen_on = static_cast<std::int64_t>(places.size());
  fit.held_out = static_cast<std::int64_t>(judged.examples.size());

  const InPrecision single(task.module(), at::kFloat);
  const double length = mean_squared_length(train.leading());
  const ProbeObjective judge(task, judged, settings.threads);
  Fitter fitter(task, fitted, basis, settings.threads);
  std::vector<at::Tensor> points;
  double lowest = std::numeric_limits<double>::infinity();
  for (const double c : kGrid) {
    fitter.fit(c / length, kToCompare);
    fit.trials.push_back({c / length, judge.mean_loss(fitter.point())});
    points.push_back(fitter.point());
    lowest = std::min(lowest, fit.trials.back().loss);
    if (!(fit.trials.back().loss <= kRising * lowest)) break;
  }
  at::Tensor best;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!(fit.trials[i].loss <= kClose * lowest)) continue;
    fit.c = fit.trials[i].c;
    best = points[i];
  }
  return best;
}

}  // namespace

ProbeFit fit_probe(Task& task, const HeadFeatures& train, const std::vector<std::string>& strata,
                   const HeadFeatures* validation, const ProbeSettings& settings) {
  if (train.rows() == 0)
    throw Error("task '" + task.name + "': no training example has a label, so its head cannot be fitted");
  if (!std::isfinite(sum_over_rows(train.features)))
    throw Error("task '" + task.name + "': the features that its head reads hold NaN or infinite values");
  ProbeFit fit;
  fit.examples = static_cast<std::int64_t>(train.examples.size());
  const auto parameters = task.module().parameters();
  const OneThread one_thread;
  const FeatureBasis basis(parameters, some_rows(train.leading()));
  at::Tensor point;
  if (settings.penalty) {
    fit.c = *settings.penalty;
  } else {
    fit.c = kGiven / mean_squared_length(train.leading());
    point = choose(task, train, strata, validation, settings, basis, fit);
  }
  Fitter fitter(task, train, basis, settings.threads);
  if (point.defined()) fitter.start_at(point);
  Minimum minimum;
  {
    const InPrecision single(task.module(), at::kFloat);
    minimum = fitter.fit(fit.c, kRough);
  }
  {
    const InPrecision exact(task.module(), at::kDouble);
    const std::int64_t before = minimum.evaluations;
    minimum = fitter.fit(fit.c, settings.penalty ? kTolerance : kRough);
    minimum.evaluations += before;
    fit.loss = fitter.mean_loss();
  }
  set_parameters(parameters, minimum.point);
  fit.evaluations = minimum.evaluations;
  fit.converged = minimum.converged;
  return fit;
}

}  // namespace mtt
