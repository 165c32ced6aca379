#include "sweep/sweep_plan.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <set>

#include "experiment/experiment.h"
#include "experiment/section_options.h"
#include "experiment/task_examples.h"
#include "io/digest.h"
#include "io/file.h"
#include "mtt/error.h"
#include "mtt/options.h"
#include "sweep/sweep_arms.h"
#include "value/listed.h"
#include "value/toml.h"

namespace mtt {
namespace {

constexpr std::size_t kMostPlanBytes = 16u << 20;
constexpr std::int64_t kTuningSeed = 1001;

std::string path_of(const Override& change) {
  return change.assignment.substr(0, change.assignment.find('='));
}

/// Refuses runs without a test set before anything is trained.
void check_scored(const Experiment& experiment, const std::filesystem::path& file, const std::string& arm) {
  if (std::all_of(experiment.tasks.begin(), experiment.tasks.end(),
                  [&](const TaskConfig& task) { return test_files(experiment, task).empty(); }))
    throw Error(file.string() + ": " +
                (experiment.tasks.empty() ? "the arm '" + arm + "' has no task"
                                          : "no task of the arm '" + arm + "' has a test file") +
                ", so the sweep has nothing to compare; " +
                (experiment.tasks.empty() ? "add a [tasks.<name>]" : "name one in [data] test"));
}

/// Refuses a key that is set in more than one place.
void check_arm(const SweepArm& arm, const GridPoint& varied, const Overrides& when_tuning) {
  const auto refuse_both = [&](const Override& own, const Overrides& others, const std::string& which) {
    for (const Override& other : others)
      if (path_of(own) == path_of(other))
        throw Error(own.origin + ": the arm '" + arm.name + "' sets '" + path_of(own) + "', which " + which +
                    "; remove it from one of them");
  };
  for (const Override& own : arm.overrides) refuse_both(own, varied.overrides, "the grid varies");
  if (arm.tuning.empty()) return;
  for (const Override& tried : arm.tuning.front().overrides) {
    refuse_both(tried, varied.overrides, "the grid varies");
    refuse_both(tried, arm.overrides, "the arm itself sets to one value");
    refuse_both(tried, when_tuning, "set in [sweep.tuning] sets");
    if (path_of(tried).ends_with(".test"))
      throw Error(tried.origin + ": 'tune' of the arm '" + arm.name +
                  "' varies a test set, so its scores could not be compared; remove '" + path_of(tried) +
                  "'");
  }
}

void read_shape(const Experiment& experiment, const std::filesystem::path& file,
                const std::vector<SweepArm>& arms, const std::vector<GridPoint>& points, SweepShape& shape) {
  const Options& sweep = experiment.sweep;
  for (const SweepArm& arm : arms) shape.arms.push_back(arm.name);
  for (const GridPoint& point : points) shape.points.push_back(point.shown);
  shape.metrics = sweep.strings("metrics");
  shape.baseline = sweep.string("baseline").empty() ? arms.front().name : sweep.string("baseline");
  if (std::find(shape.arms.begin(), shape.arms.end(), shape.baseline) == shape.arms.end())
    sweep.value("baseline")
        .refuse("[sweep] baseline is " + Value(shape.baseline).json() + "; expected one of the arms " +
                listed(shape.arms));
  shape.first_seed = experiment.run.integer("seed");
  shape.seeds = sweep.integer("seeds");
  shape.times = sweep.string("times");
  if (shape.times.find('/') != std::string::npos)
    sweep.value("times").refuse("'" + shape.times +
                                "' is a path; give the name of a directory beside that of this sweep");
  if (arms.size() * points.size() * static_cast<std::size_t>(shape.seeds) > kMostRuns)
    throw Error(file.string() + ": the sweep has " + std::to_string(arms.size()) + " arms at " +
                std::to_string(points.size()) + " points with " + std::to_string(shape.seeds) +
                " seeds, more than " + std::to_string(kMostRuns) + " runs; remove some");
  if (shape.first_seed > std::numeric_limits<std::int64_t>::max() - shape.seeds)
    experiment.run.value("seed").refuse("run.seed is too large for " + sweep.value("seeds").json() +
                                        " seeds; set a smaller one");
  const bool tunes =
      std::any_of(arms.begin(), arms.end(), [](const auto& arm) { return !arm.tuning.empty(); });
  if (tunes && kTuningSeed >= shape.first_seed && kTuningSeed - shape.first_seed < shape.seeds)
    experiment.run.value("seed").refuse("the seeds of the sweep include " + std::to_string(kTuningSeed) +
                                        ", the seed of tuning runs; set another run.seed");
}

/// Refuses to choose values on a test set of the comparison or on a training set.
void check_tuning_runs(const SweepPlan& plan, const std::filesystem::path& file) {
  if (plan.tuning.empty()) return;
  std::set<std::filesystem::path> tested;
  for (const SweepRun& run : plan.runs) {
    if (run.seed != plan.shape.first_seed) continue;
    const Experiment experiment = Experiment::read(file, run.overrides);
    for (const TaskConfig& task : experiment.tasks)
      for (const std::string& test : test_files(experiment, task)) tested.insert(real_path(test));
  }
  for (const SweepRun& run : plan.tuning) {
    const Experiment experiment = Experiment::read(file, run.overrides);
    check_scored(experiment, file, run.arm);
    for (const TaskConfig& task : experiment.tasks) {
      for (const std::string& test : test_files(experiment, task)) {
        const bool trained = real_path(test) == real_path(train_file(experiment, task));
        if (trained || tested.contains(real_path(test)))
          throw Error(file.string() + ": the values in 'tune' of the arm '" + run.arm +
                      "' would be chosen on " + (trained ? "the training set '" : "the test set '") + test +
                      "'; name a validation set as test in [sweep.tuning], for example set.data.test = "
                      "\"dev.jsonl\"");
      }
    }
  }
}

}  // namespace

bool SweepShape::names(const std::string& arm, const std::string& point, std::int64_t seed) const {
  return std::find(arms.begin(), arms.end(), arm) != arms.end() && seed >= first_seed &&
         seed - first_seed < seeds &&
         std::any_of(points.begin(), points.end(), [&](const SweepPoint& own) { return own.label == point; });
}

std::string SweepRun::folder() const {
  std::string name = arm;
  if (!point.empty()) name += "," + point;
  if (!tuning.empty()) name += ",tuning," + tuning;
  bool changed = name.size() > 120;
  for (char& c : name) {
    if (is_plain(std::string_view(&c, 1), "_-.+=,")) continue;
    changed = changed || c != ' ';
    c = c == ' ' ? ',' : '-';
  }
  if (changed) {
    Digest digest;
    digest.add(arm + "\n" + point + (tuning.empty() ? "" : "\n" + tuning));
    name = name.substr(0, 120) + "-" + digest.hex().substr(0, 8);
  }
  return name + ",seed=" + std::to_string(seed);
}

std::string SweepRun::title() const {
  return arm + (point.empty() ? "" : ", " + point) + (tuning.empty() ? "" : ", tuning " + tuning) +
         ", seed " + std::to_string(seed);
}

SweepPlan plan_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides) {
  Value config = parse_toml(read_file(file, kMostPlanBytes), file.string());
  for (const Override& change : overrides) apply_override(config, change);
  const Experiment experiment = Experiment::read(file, overrides);
  if (!config.find("sweep"))
    throw Error(
        file.string() +
        ": there is no [sweep]; write one with arms, a grid or seeds, or use mtt run for a single run");

  SweepPlan plan;
  const Options& sweep = experiment.sweep;
  std::vector<SweepArm> arms = read_arms(sweep.value("arms"));
  std::vector<GridPoint> points = read_grid(sweep.value("grid"), "[sweep.grid]", plan.shape.axis);
  if (arms.empty()) {
    for (const GridPoint& point : points)
      arms.push_back({point.shown.label.empty() ? experiment.name() : point.shown.label, point.overrides});
    points.assign(1, {});
    plan.shape.axis.clear();
  }
  const Options tuning = Options::read(tuning_options(), sweep.value("tuning"), "[sweep.tuning]");
  const Overrides when_tuning = assignments(tuning.value("set"), "set in [sweep.tuning]");
  plan.tuning_metric = tuning.string("metric");
  for (const SweepArm& arm : arms) check_arm(arm, points.front(), when_tuning);
  read_shape(experiment, file, arms, points, plan.shape);

  Overrides of_caller;
  for (const Override& change : overrides)
    if (!change.assignment.starts_with("sweep")) of_caller.push_back(change);
  const auto run_of = [&](const SweepArm& arm, const GridPoint& point, const std::string& tried,
                          std::int64_t seed, std::initializer_list<const Overrides*> more) {
    SweepRun run{arm.name, point.shown.label, tried, seed, of_caller};
    for (const Overrides* changes : {&point.overrides, &arm.overrides})
      run.overrides.insert(run.overrides.end(), changes->begin(), changes->end());
    for (const Overrides* changes : more)
      run.overrides.insert(run.overrides.end(), changes->begin(), changes->end());
    run.overrides.push_back({"run.seed=" + std::to_string(seed), "[sweep] seeds"});
    return run;
  };
  for (std::int64_t s = 0; s < plan.shape.seeds; ++s) {
    for (const GridPoint& point : points) {
      for (const SweepArm& arm : arms) {
        const SweepRun& run = plan.runs.emplace_back(run_of(arm, point, "", plan.shape.first_seed + s, {}));
        if (s > 0) continue;
        check_scored(Experiment::read(file, run.overrides), file, arm.name);
        for (const GridPoint& tried : arm.tuning)
          plan.tuning
              .emplace_back(
                  run_of(arm, point, tried.shown.label, kTuningSeed, {&when_tuning, &tried.overrides}))
              .tried = tried.overrides;
      }
    }
  }
  check_tuning_runs(plan, file);
  return plan;
}

Value shape_json(const SweepShape& shape) {
  const auto strings = [](const std::vector<std::string>& texts) {
    Value::Array array;
    for (const std::string& text : texts) array.emplace_back(text);
    return Value(std::move(array));
  };
  Value::Array points;
  for (const SweepPoint& point : shape.points) {
    Value::Array values;
    for (const double value : point.values) values.emplace_back(value);
    points.emplace_back(Value::Table{{"label", point.label}, {"values", std::move(values)}});
  }
  Value json(Value::Table{{"arms", strings(shape.arms)},
                          {"points", std::move(points)},
                          {"baseline", shape.baseline},
                          {"metrics", strings(shape.metrics)},
                          {"axis", shape.axis},
                          {"first_seed", shape.first_seed},
                          {"seeds", shape.seeds}});
  if (!shape.times.empty()) json.set("times", shape.times);
  return json;
}

SweepShape shape_from_json(const Value& json) {
  SweepShape shape;
  for (const Value& arm : json.at("arms").array()) shape.arms.push_back(arm.string());
  for (const Value& point : json.at("points").array()) {
    SweepPoint& next = shape.points.emplace_back(SweepPoint{point.at("label").string(), {}});
    for (const Value& value : point.at("values").array()) next.values.push_back(value.number());
  }
  for (const Value& metric : json.at("metrics").array()) shape.metrics.push_back(metric.string());
  shape.baseline = json.at("baseline").string();
  shape.axis = json.at("axis").string();
  if (const Value* first = json.find("first_seed")) shape.first_seed = first->integer();
  if (const Value* seeds = json.find("seeds")) shape.seeds = seeds->integer();
  if (const Value* times = json.find("times")) shape.times = times->string();
  for (const SweepPoint& point : shape.points)
    if (!shape.axis.empty() && point.values.size() != 1)
      json.at("points").refuse("a point has " + std::to_string(point.values.size()) + " values of '" +
                               shape.axis + "'; expected one");
  return shape;
}

}  // namespace mtt
