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

std::set<std::string> all_test_files(const Experiment& experiment) {
  std::set<std::string> files;
  for (const TaskConfig& task : experiment.tasks)
    for (const std::string& file : test_files(experiment, task)) files.insert(file);
  return files;
}

/// Values must not be chosen on the test set of the runs that they are chosen for.
void check_tuning(const Experiment& tuning, const Experiment& run, const std::filesystem::path& file) {
  const std::set<std::string> used = all_test_files(run);
  for (const std::string& test : all_test_files(tuning))
    if (used.contains(test))
      throw Error(file.string() + ": the values in 'tune' would be chosen on the test set '" + test +
                  "'; name a validation set as test in [sweep.tuning], for example set.data.test = \"dev.jsonl\"");
}

/// What nothing scores is refused before it is trained.
void check_scored(const Experiment& experiment, const std::filesystem::path& file, const std::string& arm) {
  if (std::all_of(experiment.tasks.begin(), experiment.tasks.end(),
                  [&](const TaskConfig& task) { return test_files(experiment, task).empty(); }))
    throw Error(file.string() + ": " +
                (experiment.tasks.empty() ? "the arm '" + arm + "' has no task"
                                          : "no task of the arm '" + arm + "' has a test file") +
                ", so the sweep has nothing to compare; " +
                (experiment.tasks.empty() ? "add a [tasks.<name>]" : "name one in [data] test"));
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
  for (const SweepArm& arm : arms) {
    plan.shape.arms.push_back(arm.name);
    for (const Override& own : arm.overrides)
      for (const Override& varied : points.front().overrides)
        if (path_of(own) == path_of(varied))
          throw Error(own.origin + ": the arm '" + arm.name + "' sets '" + path_of(own) +
                      "', which the grid varies; remove it from one of them");
  }
  for (const GridPoint& point : points) plan.shape.points.push_back(point.shown);
  plan.shape.metrics = sweep.strings("metrics");
  plan.shape.baseline = sweep.string("baseline");
  if (plan.shape.baseline.empty()) plan.shape.baseline = arms.front().name;
  if (std::find(plan.shape.arms.begin(), plan.shape.arms.end(), plan.shape.baseline) == plan.shape.arms.end())
    sweep.value("baseline")
        .refuse("[sweep] baseline is " + Value(plan.shape.baseline).json() + "; expected one of the arms " +
                listed(plan.shape.arms));

  const auto seeds = static_cast<std::size_t>(sweep.integer("seeds"));
  if (arms.size() * points.size() * seeds > kMostRuns)
    throw Error(file.string() + ": the sweep has " + std::to_string(arms.size()) + " arms at " +
                std::to_string(points.size()) + " points with " + std::to_string(seeds) +
                " seeds, more than " + std::to_string(kMostRuns) + " runs; remove some");
  if (experiment.run.integer("seed") > std::numeric_limits<std::int64_t>::max() - sweep.integer("seeds"))
    experiment.run.value("seed").refuse("run.seed is too large for " + sweep.value("seeds").json() +
                                        " seeds; set a smaller one");
  plan.shape.first_seed = experiment.run.integer("seed");
  plan.shape.seeds = sweep.integer("seeds");
  Overrides of_caller;
  for (const Override& change : overrides)
    if (!change.assignment.starts_with("sweep")) of_caller.push_back(change);
  const auto run_of = [&](const SweepArm& arm, const GridPoint& point, const std::string& tuning, std::int64_t seed,
                          std::initializer_list<const Overrides*> more) {
    SweepRun run{arm.name, point.shown.label, tuning, seed, of_caller};
    for (const Overrides* changes : {&point.overrides, &arm.overrides})
      run.overrides.insert(run.overrides.end(), changes->begin(), changes->end());
    for (const Overrides* changes : more)
      run.overrides.insert(run.overrides.end(), changes->begin(), changes->end());
    run.overrides.push_back({"run.seed=" + std::to_string(seed), "[sweep] seeds"});
    return run;
  };
  const Options tuning = Options::read(tuning_options(), sweep.value("tuning"), "[sweep.tuning]");
  const Overrides when_tuning = assignments(tuning.value("set"), "set in [sweep.tuning]");
  plan.tuning_metric = tuning.string("metric");
  const std::int64_t first = plan.shape.first_seed, last = first + plan.shape.seeds - 1;
  const std::int64_t tuning_seed = first <= kTuningSeed && kTuningSeed <= last ? last + 1 : kTuningSeed;
  for (std::int64_t seed = first; seed <= last; ++seed) {
    for (const GridPoint& point : points) {
      for (const SweepArm& arm : arms) {
        const SweepRun& run = plan.runs.emplace_back(run_of(arm, point, "", seed, {}));
        if (seed > first) continue;
        const Experiment scored = Experiment::read(file, run.overrides);
        check_scored(scored, file, arm.name);
        for (const GridPoint& tried : arm.tuning) {
          SweepRun& one = plan.tuning.emplace_back(
              run_of(arm, point, tried.shown.label, tuning_seed, {&when_tuning, &tried.overrides}));
          one.tried = tried.overrides;
          check_tuning(Experiment::read(file, one.overrides), scored, file);
        }
      }
    }
  }
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
  return Value::Table{{"arms", strings(shape.arms)}, {"points", std::move(points)},
                      {"baseline", shape.baseline},  {"metrics", strings(shape.metrics)},
                      {"axis", shape.axis},          {"first_seed", shape.first_seed},
                      {"seeds", shape.seeds}};
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
  for (const SweepPoint& point : shape.points)
    if (!shape.axis.empty() && point.values.size() != 1)
      json.at("points").refuse("a point has " + std::to_string(point.values.size()) + " values of '" +
                               shape.axis + "'; expected one");
  return shape;
}

}  // namespace mtt
