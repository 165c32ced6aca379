#include "train/metric_log.h"

#include <cmath>

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

using mtt::MetricLog;
using mtt::Value;

namespace {

Value row(int step) { return Value::Table{{"step", step}, {"loss", 0.1 * step}}; }

}  // namespace

TEST_CASE("the log of a resumed run equals that of an uninterrupted one") {
  const TemporaryFolder folder;
  const auto whole = folder.path() / "whole.jsonl", resumed = folder.path() / "in" / "resumed.jsonl";
  {
    MetricLog log(whole);
    for (int step = 0; step < 6; ++step) log.append(row(step));
  }
  for (const std::string torn : {"", "{\"step\":9", "\xff\n"}) {
    std::int64_t position = 0;
    {
      MetricLog log(resumed);
      for (int step = 0; step < 3; ++step) log.append(row(step));
      position = log.position();
      log.append(row(3));
    }
    std::ofstream(resumed, std::ios::app) << torn;
    MetricLog log(resumed, position);
    for (int step = 3; step < 6; ++step) log.append(row(step));
    CHECK(file_text(resumed) == file_text(whole));
  }
}

TEST_CASE("a log reads back, without a line that a kill tore") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "m.jsonl";
  {
    MetricLog log(path);
    log.append(row(1));
    log.append(Value::Table{{"step", 2}, {"scores", Value::Array{std::nan(""), INFINITY, 1.5}}});
  }
  std::ofstream(path, std::ios::app) << "{\"step\":3,\"lo";
  const auto rows = mtt::read_metric_log(path);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].json() == row(1).json());
  CHECK(rows[1].json() == R"({"step":2,"scores":[null,null,1.5]})");
  CHECK(mtt::read_metric_log(folder.write("empty", "")).empty());
  CHECK_THROWS_WITH(mtt::read_metric_log(folder.write("bad", "{}\n{\"a\":\n{}\n")), Contains("bad:2:"));
  CHECK_THROWS_WITH(mtt::read_metric_log(folder.write("list", "[1]\n")), Contains("expected a table"));
  CHECK_THROWS_WITH(mtt::read_metric_log(folder.path() / "none"), Contains("does not exist"));
}

TEST_CASE("means of a log are over the steps that have them") {
  const TemporaryFolder folder;
  const auto path =
      folder.write("m.jsonl", R"({"step":0,"weight":{"a":1,"b":0.5},"task_gradient_cosine":{"a,b":-0.5}}
{"step":1,"weight":{"a":2}}
{"step":2,"weight":{"a":3,"b":1},"task_gradient_cosine":{"a,b":null}}
{"step":3,"dev":{"a.accuracy":0.5}}
)");
  CHECK(mtt::log_means(path) ==
        mtt::Scores{{"a.weight", 2.0}, {"b.weight", 0.75}, {"a,b.gradient_cosine", -0.5}});
}

TEST_CASE("a log that is not what the checkpoint saw is refused and left alone") {
  const TemporaryFolder folder;
  const auto path = folder.write("m.jsonl", "{\"a\":1}\n{\"a\":2}\n");
  CHECK_THROWS_WITH(MetricLog(path, 17), Contains("16 bytes") && Contains("at least 17"));
  CHECK_THROWS_WITH(MetricLog(path, 12), Contains("no line end after 12 bytes"));
  CHECK_THROWS_WITH(MetricLog(folder.path() / "none", 8), Contains("0 bytes"));
  CHECK_THROWS_WITH(MetricLog(folder.path()), Contains("not a regular file"));
  CHECK(file_text(path) == "{\"a\":1}\n{\"a\":2}\n");
  CHECK_FALSE(std::filesystem::exists(folder.path() / "none"));
  CHECK_THROWS_AS(MetricLog(path, 16).append(Value(1)), mtt::Error);
  MetricLog(path, 8);
  CHECK(file_text(path) == "{\"a\":1}\n");
}
