#include "sweep/sweep_summary.h"

#include <cmath>

#include "catch.h"
#include "mtt/error.h"
#include "sweep/sweep_chart.h"
#include "sweep/sweep_table.h"
#include "temporary_folder.h"

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

mtt::SweepRow row(const std::string& arm, std::int64_t seed, double score, double seconds,
                  const std::string& point = "") {
  mtt::SweepRow result;
  result.arm = arm;
  result.point = point;
  result.seed = seed;
  result.key = "k";
  result.scores = {{"t.accuracy", score}, {"t.macro_f1", score / 2}, {"u.spearman", kNaN}};
  result.seconds = seconds;
  result.peak_memory_mb = 100 + static_cast<double>(seed);
  result.learning_parameters = 1234567;
  return result;
}

mtt::SweepShape shape() {
  return {.arms = {"base", "other"}, .points = {{"", {}}}, .baseline = "base", .metrics = {}, .axis = ""};
}

/// Three seeds: differences 0.1, 0.2, 0.3 of the first score, a ratio of 0.5 of times.
std::vector<mtt::SweepRow> rows() {
  return {row("base", 1, 0.5, 10),  row("base", 2, 0.4, 20), row("base", 3, 0.3, 40),
          row("other", 3, 0.6, 20), row("other", 1, 0.6, 5), row("other", 2, 0.6, 10)};
}

}  // namespace

TEST_CASE("a summary pairs by seed") {
  const auto summary = mtt::summarise_sweep(shape(), rows());
  CHECK(summary.metrics == std::vector<std::string>{"t.accuracy", "u.spearman"});
  REQUIRE(summary.lines.size() == 2);
  const auto& line = summary.lines[1];
  CHECK(line.cells[0].score.mean == Approx(0.6));
  CHECK(line.cells[0].score.half == Approx(0).margin(1e-12));
  CHECK(line.cells[0].difference.mean == Approx(0.2));
  CHECK(line.cells[0].difference.half == Approx(4.3026527297 * 0.1 / std::sqrt(3.0)));
  CHECK(std::isnan(line.cells[1].score.mean));
  CHECK(line.time_ratio.mean == Approx(0.5));
  CHECK(line.seconds.mean == Approx(35.0 / 3));
  CHECK(line.peak_memory_mb == Approx(103));
  CHECK(summary.lines[0].is_baseline);
}

TEST_CASE("a run that failed or is missing is in no mean") {
  auto all = rows();
  all[2].error = "broke";
  const auto summary = mtt::summarise_sweep(shape(), all);
  CHECK(summary.failed.size() == 1);
  CHECK(summary.lines[0].cells[0].score.mean == Approx(0.45));
  CHECK(summary.lines[1].seeds == 3);
  CHECK(summary.lines[1].cells[0].difference.count == 2);
  CHECK(summary.lines[1].cells[0].difference.mean == Approx(0.15));
  CHECK_THAT(mtt::sweep_text(summary), Contains("failed: base, seed 3: broke"));
}

TEST_CASE("seeds that are no longer asked for have no part") {
  mtt::SweepShape fewer = shape();
  fewer.first_seed = 1;
  fewer.seeds = 2;
  auto all = rows();
  all.push_back(row("base", 3, 0.1, 1));
  all.back().error = "broke";
  const auto summary = mtt::summarise_sweep(fewer, all);
  CHECK(summary.lines[0].cells[0].score.mean == Approx(0.45));
  CHECK(summary.lines[0].seeds == 2);
  CHECK(summary.failed.empty());
}

TEST_CASE("a mean over fewer seeds than there are says so") {
  auto all = rows();
  all[1].scores[0].second = kNaN;
  const std::string text = mtt::sweep_markdown(mtt::summarise_sweep(shape(), all));
  CHECK_THAT(text, Contains("| base | 0.4000 ± 1.2706 (2 seeds) |"));
  CHECK_THAT(text, Contains("| other | 0.6000 ± 0.0000 | +0.2000 ± 1.2706 (2 seeds) |"));
}

TEST_CASE("the table says means, differences and costs") {
  auto all = rows();
  const std::string text = mtt::sweep_markdown(mtt::summarise_sweep(shape(), all));
  CHECK_THAT(text, Contains("| other | 0.6000 ± 0.0000 | +0.2000 ± 0.2484 |"));
  CHECK_THAT(text, Contains("| 11.7 | 0.50 | 103 | 1,234,567 | 4.94 | 3 |"));
  CHECK_THAT(text, !Contains("~"));
  for (auto& one : all) one.jobs = 2;
  const std::string marked = mtt::sweep_markdown(mtt::summarise_sweep(shape(), all));
  CHECK_THAT(marked, Contains("| ~11.7 | ~0.50 |") && Contains("~ marks times of simultaneous runs"));
  const std::string csv = mtt::sweep_csv(mtt::summarise_sweep(shape(), rows()));
  CHECK_THAT(csv, Contains("\nother,,t.accuracy,0.599999") && Contains(",u.spearman,,,,0,,,,,,no,base,"));
  CHECK_THAT(mtt::sweep_text(mtt::summarise_sweep(shape(), rows())), Contains("arm    t.accuracy"));
}

TEST_CASE("times of another sweep are those for as many steps as the own runs have") {
  mtt::SweepShape timed = shape();
  timed.times = "short";
  auto all = rows(), times = rows();
  for (auto& one : all) {
    one.steps = 1200;
    one.jobs = 2;
  }
  for (auto& one : times) {
    one.steps = 100;
    one.fitting_seconds = 1;
    one.machine = "Fast";
  }
  auto summary = mtt::summarise_sweep(timed, all, times);
  CHECK(summary.lines[0].seconds.mean == Approx(12 * (10 + 20 + 40 + 3) / 3.0));
  CHECK(summary.lines[1].time_ratio.mean == Approx((6 / 11.0 + 11 / 21.0 + 21 / 41.0) / 3));
  CHECK_FALSE(summary.lines[1].beside_others);
  CHECK(summary.machines == std::vector<std::string>{"Fast"});
  CHECK(summary.lines[1].peak_memory_mb == 103);
  CHECK_THAT(mtt::sweep_legend(summary), Contains("as in the runs of 'short', for as many steps"));

  for (auto& one : times) one.steps = 0;  // fitted heads: on all examples
  summary = mtt::summarise_sweep(timed, all, times);
  CHECK(summary.lines[0].seconds.mean == Approx(70 / 3.0));
  summary = mtt::summarise_sweep(timed, all, {});  // not yet run
  CHECK(std::isnan(summary.lines[0].seconds.mean));
  CHECK_THAT(mtt::sweep_markdown(summary), Contains("| - | - | 103 |"));
}

TEST_CASE("a difference that excludes zero is marked") {
  auto all = rows();
  for (auto& one : all)
    if (one.arm == "other") one.scores[0].second = 0.9 - 0.1 * static_cast<double>(one.seed);
  // The same for all seeds: these are no three observations.
  CHECK_THAT(mtt::sweep_markdown(mtt::summarise_sweep(shape(), all)), Contains("+0.3000 ± 0.0000 |"));
  for (auto& one : all)
    if (one.arm == "other" && one.seed == 1) one.scores[0].second += 0.01;
  const std::string text = mtt::sweep_markdown(mtt::summarise_sweep(shape(), all));
  CHECK_THAT(text, Contains("+0.3033 ± 0.0143 ** |"));
  std::erase_if(all, [](const auto& one) { return one.seed > 2; });
  CHECK_THAT(mtt::sweep_markdown(mtt::summarise_sweep(shape(), all)),
             Contains("+0.3050 ± 0.0635 |") && !Contains("± 0.0635 *"));
}

TEST_CASE("rows survive the file, later ones and whole lines count") {
  const TemporaryFolder folder;
  auto first = row("a", 1, 0.25, kNaN), second = row("a", 1, 0.75, 3);
  first.error = "it \"broke\"\nhere";
  folder.write("runs.jsonl",
               mtt::row_json(first).json() + "\n" + mtt::row_json(row("a", 2, kNaN, 1)).json() + "\n");
  auto read = mtt::read_rows(folder.path() / "runs.jsonl");
  REQUIRE(read.size() == 2);
  CHECK(read[0].error == first.error);
  CHECK(std::isnan(read[0].seconds));
  CHECK(std::isnan(read[1].scores[0].second));
  folder.write("runs.jsonl",
               mtt::row_json(first).json() + "\n" + mtt::row_json(second).json() + "\n{\"arm\": \"to");
  read = mtt::read_rows(folder.path() / "runs.jsonl");
  REQUIRE(read.size() == 1);
  CHECK_FALSE(read[0].failed());
  CHECK(read[0].scores[0].second == Approx(0.75));
  CHECK(mtt::read_rows(folder.path() / "none.jsonl").empty());
  folder.write("bad.jsonl", "{\"arm\": 3}\n");
  CHECK_THROWS_AS(mtt::read_rows(folder.path() / "bad.jsonl"), mtt::Error);
}

TEST_CASE("charts are curves over a numeric key, else rows") {
  const mtt::SweepShape over{
      {"base", "other"}, {{"n=10", {10}}, {"n=100", {100}}}, "base", {"t.accuracy"}, "n"};
  std::vector<mtt::SweepRow> all;
  for (const char* point : {"n=10", "n=100"})
    for (const char* arm : {"base", "other"})
      for (std::int64_t seed = 1; seed <= 2; ++seed) all.push_back(row(arm, seed, 0.5, 1, point));
  const auto curves = mtt::sweep_charts(mtt::summarise_sweep(over, all));
  REQUIRE(curves.size() == 3);
  CHECK_THAT(curves[0].second,
             Contains("<path d=\"M") && Contains(">100</text>") && Contains("other, 10: 0.5000 ± 0.0000"));
  const auto rows_chart = mtt::sweep_charts(mtt::summarise_sweep(shape(), rows()));
  CHECK_THAT(rows_chart[0].second, !Contains("<path") && Contains("0.6000 ± 0.0000"));
  CHECK(rows_chart[1].first == "t.accuracy.differences");
  CHECK_THAT(rows_chart[1].second, Contains("+0.2") || Contains("0.2000 ± 0.2484"));
  CHECK(rows_chart[2].first == "t.accuracy.cost");
  CHECK_THAT(rows_chart[2].second,
             Contains("training time in minutes") && Contains("other: 0.6000, 0.19 minutes"));
  CHECK(rows_chart[3].second.empty());
}

TEST_CASE("tests and intervals over examples come from the counts of the rows") {
  auto all = rows();
  for (mtt::SweepRow& one : all) {
    mtt::ExampleCounts counts;  // of 40 examples, 20 or 30 right
    for (int i = 0; i < 40; ++i) counts.push_back({i < (one.arm == "base" ? 20 : 30), 1, 1});
    one.counts = {{"t.accuracy", counts}};
    one.majority = {{"t.accuracy", 0.25}};
    if (one.arm == "base") one.scores[0].second = 0.5;
    if (one.arm == "other") one.scores[0].second = 0.75;
  }
  const auto summary = mtt::summarise_sweep(shape(), all);
  const mtt::SweepCell& cell = summary.lines[1].cells[0];
  CHECK(cell.score_examples == Approx(1.96 * std::sqrt(0.75 * 0.25 / 40)).epsilon(0.1));
  CHECK(cell.difference_examples == Approx(1.96 * std::sqrt(0.25 * 0.75 / 40)).epsilon(0.1));
  CHECK(cell.mcnemar_p == Approx(2.0 / 1024));  // ten examples differ, all in one direction
  CHECK(cell.discovery);
  CHECK(std::isnan(summary.lines[1].cells[1].score_examples));
  CHECK_THAT(mtt::sweep_markdown(summary), Contains("| majority class | 0.2500 |"));
  const TemporaryFolder folder;
  folder.write("runs.jsonl", mtt::row_json(all[0]).json() + "\n");
  const auto read = mtt::read_rows(folder.path() / "runs.jsonl");
  CHECK(read.at(0).counts == all[0].counts);
  CHECK(read.at(0).majority == all[0].majority);
}

TEST_CASE("times are those of runs that had the machine to themselves, with the fit of their probes") {
  auto all = rows();
  for (mtt::SweepRow& one : all) {
    one.steps = 5;
    one.fitting_seconds = 1;
    if (one.seed > 1) one.jobs = 2;
  }
  const auto summary = mtt::summarise_sweep(shape(), all);
  CHECK(summary.lines[0].seconds.mean == Approx(11));
  CHECK(summary.lines[1].time_ratio.mean == Approx(6.0 / 11));
  CHECK_FALSE(summary.lines[1].beside_others);
}

TEST_CASE("the table names the values that tuning runs chose, and has no line for their runs") {
  auto all = rows();
  for (mtt::SweepRow& one : all)
    if (one.arm == "other") one.tuned = "learning_rate=0.001";
  all.push_back(row("other", 1, 0.1, 1));
  all.back().tuning = "learning_rate=0.001";
  const std::string text = mtt::sweep_markdown(mtt::summarise_sweep(shape(), all));
  CHECK_THAT(text, Contains("Chosen on the validation set: other: learning_rate=0.001.") &&
                       Contains("| other | 0.6000 ± 0.0000 |"));
}

namespace {

/// Three seeds of both arms with these scores; of 40 examples, `base` and `other` are right.
std::vector<mtt::SweepRow> with_counts(int base, int other, std::int64_t items) {
  auto all = rows();
  for (mtt::SweepRow& one : all) {
    mtt::ExampleCounts counts;
    for (int i = 0; i < 40; ++i) counts.push_back({i < (one.arm == "base" ? base : other), items, items});
    one.counts = {{"t.accuracy", counts}};
    one.scores[0].second = (one.arm == "base" ? base : other) / 40.0 + 0.001 * static_cast<double>(one.seed);
  }
  return all;
}

}  // namespace

TEST_CASE("a difference that the interval over examples includes in zero is not significant") {
  const auto summary = mtt::summarise_sweep(shape(), with_counts(30, 31, 1));
  const mtt::SweepCell& cell = summary.lines[1].cells[0];
  CHECK(cell.difference.excludes_zero());
  CHECK(cell.difference.mean == Approx(0.025));
  CHECK(cell.difference_examples > 0.025);
  CHECK_FALSE(cell.significant());
  CHECK_FALSE(cell.discovery);
  CHECK_THAT(mtt::sweep_markdown(summary), !Contains(" * |") && !Contains(" ** |"));
}

TEST_CASE("McNemar's test is for examples that are right or wrong alone, and counts must be complete") {
  auto all = with_counts(20, 30, 2);
  CHECK(std::isnan(mtt::summarise_sweep(shape(), all).lines[1].cells[0].mcnemar_p));
  CHECK(std::isfinite(mtt::summarise_sweep(shape(), all).lines[1].cells[0].difference_examples));
  all = with_counts(20, 30, 1);
  for (mtt::SweepRow& one : all)
    if (one.arm == "other" && one.seed == 2) one.counts.clear();
  const auto part = mtt::summarise_sweep(shape(), all);
  CHECK(std::isnan(part.lines[1].cells[0].difference_examples));
  CHECK(std::isnan(part.lines[1].cells[0].mcnemar_p));
  // The median of three seeds: 10, 5 and 0 examples differ.
  all = with_counts(20, 30, 1);
  for (mtt::SweepRow& one : all)
    if (one.arm == "other")
      for (int i = 20 + static_cast<int>(5 * (one.seed - 1)); i < 30; ++i) one.counts[0].second[i].right = 0;
  CHECK(mtt::summarise_sweep(shape(), all).lines[1].cells[0].mcnemar_p == Approx(2.0 / 32));
}

TEST_CASE("one difference with a small p among many is no discovery") {
  mtt::SweepShape many = shape();
  std::vector<mtt::SweepRow> all = rows();  // differences 0.1, 0.2, 0.3: p = 0.074
  for (int arm = 0; arm < 9; ++arm) {
    const std::string name = "other_" + std::to_string(arm);
    many.arms.push_back(name);
    for (std::int64_t seed = 1; seed <= 3; ++seed) {
      const double base = 0.6 - 0.1 * static_cast<double>(seed);
      const double difference = arm == 0 ? 0.1 + 0.03 * static_cast<double>(seed)   // p = 0.01
                                         : 0.01 * (static_cast<double>(seed) - 2);  // p = 1
      all.push_back(row(name, seed, base + difference, 1));
    }
  }
  const auto summary = mtt::summarise_sweep(many, all);
  const mtt::SweepCell& cell = summary.lines[2].cells[0];
  CHECK(cell.p == Approx(0.0116).margin(0.0005));
  CHECK(cell.significant());
  CHECK_FALSE(cell.discovery);
  CHECK_THAT(mtt::sweep_markdown(summary), Contains(" * |") && !Contains(" ** |"));
  many.arms.resize(3);
  std::erase_if(all, [](const mtt::SweepRow& one) { return one.arm == "other"; });
  CHECK(mtt::summarise_sweep(many, all).lines[1].cells[0].discovery);
}
