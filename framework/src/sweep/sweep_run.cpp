#include "sweep/sweep_run.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <map>

#include "experiment/experiment.h"
#include "io/append_file.h"
#include "io/file.h"
#include "io/jsonl.h"
#include "io/new_directory.h"
#include "io/processor.h"
#include "io/terminal_text.h"
#include "mtt/error.h"
#include "run/run_inputs.h"
#include "run/run_lock.h"
#include "sweep/child_results.h"
#include "sweep/child_runs.h"
#include "sweep/summary_files.h"
#include "sweep/sweep_keys.h"
#include "sweep/sweep_result_checks.h"
#include "sweep/sweep_table.h"
#include "sweep/tuning.h"
#include "train/checkpoint.h"
#include "train/trainer.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kRows = "runs.jsonl";
constexpr const char* kShape = "sweep.json";
constexpr const char* kRuns = "runs";
constexpr const char* kCache = "cache";
constexpr const char* kWeights[] = {"backbone.safetensors", "heads", "events", "embeddings.npy"};
constexpr std::size_t kMostTextBytes = 64u << 20;

/// The bytes of a file's whole lines.
std::int64_t whole_bytes(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return 0;
  return static_cast<std::int64_t>(whole_lines(read_file(file, std::size_t{1} << 30)).size());
}

/// The rows of the sweep whose times are shown.
fs::path times_file(const fs::path& directory, const SweepShape& shape) {
  return fs::absolute(directory).lexically_normal().parent_path() / shape.times / kRows;
}

/// Its rows; none where the shape names no sweep, or one without runs.
std::vector<SweepRow> rows_of_times(const fs::path& directory, const SweepShape& shape) {
  if (shape.times.empty()) return {};
  return read_rows(times_file(directory, shape));
}

void warn_of_missing_times(const fs::path& directory, const SweepShape& shape, Console& console) {
  if (shape.times.empty()) return;
  const fs::path file = times_file(directory, shape);
  if (!fs::exists(file))
    console.warn("[sweep] times is \"" + shape.times + "\", but there is no " + file.string() +
                 ", so the table has no times");
}

/// Whether the outputs of frozen layers are kept for the other runs of the sweep.
bool shares_cache(const Experiment& experiment) {
  const Options& cache = experiment.cache;
  return experiment.trains && cache.string("directory").empty() &&
         (cache.string("where") == "disk" || !cache.given("where"));
}

class Sweep {
 public:
  Sweep(const fs::path& file, SweepPlan plan, const SweepSettings& settings, PluginCatalog& plugins,
        Console& console)
      : file_(file), plan_(std::move(plan)), settings_(settings), plugins_(plugins), console_(console) {
    text_ = read_file(file_, kMostTextBytes);
    rows_ = read_rows(settings_.directory / kRows);
    open_runs(plan_.tuning);
    if (open_.empty()) tune();
  }

  int run() {
    remove_temporary_files(settings_.directory);  // of a sweep that was killed; this one holds the lock
    write_file_atomically(settings_.directory / kShape, shape_json(plan_.shape).json() + "\n");
    AppendFile log(settings_.directory / kRows, whole_bytes(settings_.directory / kRows));
    int signal = 0;
    if (!tuned_) {
      signal = run_open("tuning runs", log);
      if (signal == 0) tune();
    }
    for (const TunedValue& value : chosen_)
      console_.say(value.arm + (value.point.empty() ? "" : ", " + value.point) + ": " + value.value +
                   (value.at_edge ? ", the first or last of the tried values; others may be better" : "") +
                   (value.failed.empty() ? "" : "; failed: " + value.failed) + "\n");
    if (signal == 0) signal = run_open("runs", log);
    const SweepSummary all = summary();
    write_summary(all, settings_.directory);
    if (settings_.prints_table) console_.say(sweep_text(all));
    warn_of_missing_times(settings_.directory, plan_.shape, console_);
    if (signal != 0) {
      console_.say("stopped; the same command resumes the sweep\n");
      return signal;
    }
    check_metrics(plan_.shape, rows_);
    warn_of_equal_arms(plan_.shape, rows_, console_);
    const auto stopped = std::count_if(plan_.runs.begin(), plan_.runs.end(), [&](const SweepRun& run) {
      return std::none_of(rows_.begin(), rows_.end(),
                          [&](const SweepRow& row) { return same_run(row, run); });
    });
    if (stopped > 0)
      throw Error(std::to_string(stopped) + " of " + std::to_string(plan_.runs.size()) +
                  " runs were terminated by a signal and have no result; the same command resumes the sweep");
    std::error_code error;
    const std::size_t failed = all.failed.size();
    if (failed == 0) fs::remove_all(settings_.directory / kCache, error);
    if (failed > 0)
      throw Error(std::to_string(failed) + " of " + std::to_string(plan_.runs.size()) +
                  " runs failed; they are listed above, and the same command tries them again");
    return 0;
  }

 private:
  /// Lists the runs of a phase that have no row, and checks the rows of the others.
  void open_runs(const std::vector<SweepRun>& runs) {
    phase_ = &runs;
    keys_.merge(run_keys(file_, runs, plugins_));
    check_rows(rows_, runs, keys_, settings_.directory / kRows);
    open_.clear();
    done_ = 0;
    wall_seconds_ = 0;
    for (const SweepRun& run : runs)
      if (!done_row(run)) open_.push_back(&run);
    if (open_.empty()) return;
    check_inputs(runs);
    if (&runs != &plan_.tuning) check_inputs(plan_.tuning);
  }

  void tune() {
    chosen_ = apply_tuning(plan_, rows_);
    tuned_ = true;
    open_runs(plan_.runs);
  }

  int run_open(const std::string& what, AppendFile& log) {
    console_.say(std::to_string(phase_->size()) + " " + what + ", " +
                 std::to_string(phase_->size() - open_.size()) + " of them already complete; in " +
                 settings_.directory.string() + "\n");
    return run_children(
        open_.size(), static_cast<std::size_t>(settings_.jobs),
        [&](std::size_t number) { return command(*open_[number]); },
        [&](std::size_t number, const ChildEnd& end) { finish(*open_[number], end, log); });
  }

  const SweepRow* done_row(const SweepRun& run) const {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const SweepRow& row) {
      return !row.failed() && same_run(row, run) && row.key == keys_.at(&run);
    });
    return found == rows_.end() ? nullptr : &*found;
  }

  /// What is still to be run has to read what the rows were computed from.
  void check_inputs(const std::vector<SweepRun>& runs) {
    RunInputs inputs;
    for (const SweepRun& run : runs) {
      const SweepRow* row = done_row(run);
      if (row && !row->inputs.empty() && row->inputs != inputs.digest(Experiment::read(file_, run.overrides)))
        throw Error("the examples or the model that '" + run.title() +
                    "' read have changed since its row in '" + (settings_.directory / kRows).string() +
                    "' was computed; give another directory with --out, or remove that file");
    }
  }

  fs::path folder(const SweepRun& run) const { return settings_.directory / kRuns / run.folder(); }
  fs::path log_file(const SweepRun& run) const {
    return settings_.directory / kRuns / (run.folder() + ".log");
  }
  std::int64_t threads() const { return std::max<std::int64_t>(1, settings_.threads / settings_.jobs); }

  /// Removes a training that was stopped here and had another configuration: it cannot be resumed.
  void clear_other_training(const SweepRun& run) {
    const fs::path file = settings_.directory / kRuns / (run.folder() + ".key");
    std::error_code error;
    if (fs::exists(file, error) && read_file(file, kMostTextBytes) != keys_.at(&run))
      fs::remove_all(folder(run), error);
    write_file_atomically(file, keys_.at(&run));
  }

  ChildRun command(const SweepRun& run) {
    if (read_file(file_, kMostTextBytes) != text_)
      throw Error("the file '" + file_.string() +
                  "' was changed while its sweep ran. Completed runs are kept; start the sweep again");
    fs::create_directories(settings_.directory / kRuns);
    clear_other_training(run);
    ChildRun child{
        {"run", file_.string(), "--out", folder(run).string(), "--threads", std::to_string(threads())},
        log_file(run)};
    for (const Override& change : run.overrides) {
      child.arguments.push_back("--set");
      child.arguments.push_back(for_command_line(change, file_).assignment);
    }
    const Experiment& experiment =
        begun_.insert_or_assign(&run, Experiment::read(file_, run.overrides)).first->second;
    inputs_[&run] = RunInputs().digest(experiment);
    if (shares_cache(experiment)) {
      const std::string folder = Value((settings_.directory / kCache).string()).json();
      child.arguments.insert(child.arguments.end(),
                             {"--set", "cache.where=disk", "--set", "cache.directory=" + folder});
    }
    child.arguments.push_back("--probes");
    child.arguments.push_back((settings_.directory / kCache / "probes").string());
    for (const std::string& folder : settings_.plugin_path) {
      child.arguments.push_back("--plugin-path");
      child.arguments.push_back(folder);
    }
    if (has_checkpoint(checkpoint_folder(folder(run)))) child.arguments.push_back("--resume");
    return child;
  }

  void finish(const SweepRun& run, const ChildEnd& end, AppendFile& log) {
    for (const int stop : {SIGINT, SIGTERM, SIGHUP})  // a run that was stopped has its checkpoint, and no row
      if (end.end.code == 128 + stop || end.end.signal == stop) return;
    SweepRow row{.arm = run.arm,
                 .point = run.point,
                 .tuning = run.tuning,
                 .seed = run.seed,
                 .key = keys_.at(&run),
                 .error = {},
                 .scores = {}};
    row.key_version = kKeyVersion;
    row.tuned = run.tuned;
    row.inputs = inputs_[&run];
    row.wall_seconds = end.seconds;
    row.peak_memory_mb = end.peak_memory_mb;
    row.jobs = settings_.jobs;
    row.threads = threads();
    row.machine = processor_name();
    if (end.end.code != 0 || end.end.signal != 0)
      row.error = last_error(log_file(run), end.end);
    else if (!fs::exists(folder(run) / "scores.jsonl"))
      row.error = "it ended before it was complete, with exit code 0; does a plugin end the process?";
    else if (RunInputs().digest(begun_.at(&run)) != row.inputs)
      row.error = "its examples or its model changed while it ran";
    else
      read_results(folder(run), row);
    log.append(row_json(row).json() + "\n");
    if (!row.failed() && !settings_.keep_weights) {
      std::error_code error;
      for (const char* name : kWeights) fs::remove_all(folder(run) / name, error);
    }
    put_row(rows_, row);
    tell(run, row);
    write_summary(summary(), settings_.directory);
  }

  void tell(const SweepRun& run, const SweepRow& row) {
    ++done_;
    wall_seconds_ += row.wall_seconds;
    std::string text = "[" + std::to_string(phase_->size() - open_.size() + done_) + "/" +
                       std::to_string(phase_->size()) + "] " + run.title() + ": ";
    if (row.failed()) {
      text += "failed: " + printable(row.error);
    } else {
      for (const auto& [name, value] : main_scores(row.scores))
        text += name + " " + (std::isfinite(value) ? formatted("%.4f", value) : "undefined") + ", ";
      text += formatted("%.1f", row.wall_seconds) + " s";
    }
    const double left = wall_seconds_ / static_cast<double>(done_) *
                        static_cast<double>(open_.size() - done_) / static_cast<double>(settings_.jobs);
    if (done_ < open_.size()) text += "; about " + formatted("%.0f", std::ceil(left / 60)) + " min left";
    console_.say(text + "\n");
  }

  SweepSummary summary() const {
    return summarise_sweep(plan_.shape, rows_, rows_of_times(settings_.directory, plan_.shape));
  }

  const fs::path& file_;
  SweepPlan plan_;
  const SweepSettings& settings_;
  std::string text_;  ///< of the file, when the runs were listed
  PluginCatalog& plugins_;
  RunKeys keys_;
  Console& console_;
  const std::vector<SweepRun>* phase_ = nullptr;  ///< tuning, or the runs
  std::vector<TunedValue> chosen_;
  bool tuned_ = false;
  std::vector<SweepRow> rows_;
  std::vector<const SweepRun*> open_;
  std::map<const SweepRun*, Experiment> begun_;    ///< as they began: the file may be gone at their end
  std::map<const SweepRun*, std::string> inputs_;  ///< digests of what they read, when they began
  std::size_t done_ = 0;
  double wall_seconds_ = 0;
};

}  // namespace

int run_sweep(const fs::path& file, const std::vector<Override>& overrides, const SweepSettings& settings,
              PluginCatalog& plugins, Console& console) {
  SweepPlan plan = plan_sweep(file, overrides);
  check_own_directory(settings.directory, is_sweep_directory(settings.directory), "a sweep");
  const RunLock lock(settings.directory);
  Sweep sweep(file, std::move(plan), settings, plugins, console);
  console.keep_in(settings.directory / "console.txt", true);  // a sweep that cannot begin leaves nothing
  return sweep.run();
}

bool is_sweep_directory(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / kShape, error);
}

SweepSummary read_sweep(const fs::path& directory) {
  const fs::path file = directory / kShape;
  const SweepShape shape = shape_from_json(parse_json(read_file(file, kMostTextBytes), file.string()));
  return summarise_sweep(shape, read_rows(directory / kRows), rows_of_times(directory, shape));
}

}  // namespace mtt
