#include "serve/metrics.h"

#include <algorithm>

#include "mtt/value.h"

namespace mtt {

namespace {

/// 35 bounds from 15 microseconds, each half as large again as the one before.
std::vector<double> duration_bounds() {
  std::vector<double> bounds;
  for (double bound = 1.5e-5; bounds.size() < 35; bound *= 1.5) bounds.push_back(bound);
  return bounds;
}

std::vector<double> powers_of_two(double last) {
  std::vector<double> bounds;
  for (double bound = 1; bound <= last; bound *= 2) bounds.push_back(bound);
  return bounds;
}

/// "te_request_count" of te_request_count{method="single"}.
std::string family(const std::string& series) { return series.substr(0, series.find('{')); }

}  // namespace

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
  sum_ += value;
}

void Histogram::write(const std::string& name, std::string& into) const {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    below += counts_[i];
    const std::string bound = i < bounds_.size() ? Value(bounds_[i]).json() : "+Inf";
    into += name + "_bucket{le=\"" + bound + "\"} " + std::to_string(below) + "\n";
  }
  into += name + "_sum " + Value(sum_).json() + "\n" + name + "_count " + std::to_string(below) + "\n";
}

ServerMetrics::ServerMetrics() {
  for (const char* method : {"single", "batch"})
    for (const char* name : {"te_request_count", "te_request_success"})
      counters_[std::string(name) + "{method=\"" + method + "\"}"] = 0;
  for (const char* name : {"te_request_duration", "te_request_tokenization_duration",
                           "te_request_queue_duration", "te_request_inference_duration"})
    histograms_.emplace(name, duration_bounds());
  histograms_.emplace("te_batch_next_size", powers_of_two(4096));
  histograms_.emplace("te_batch_next_tokens", powers_of_two(65536));
}

void ServerMetrics::count_request(std::string_view route, bool single) {
  const std::lock_guard lock(mutex_);
  ++counters_[single ? "te_request_count{method=\"single\"}" : "te_request_count{method=\"batch\"}"];
  ++counters_["te_" + std::string(route) + "_count"];
}

void ServerMetrics::count_success(std::string_view route, bool single, const RequestDurations& durations) {
  const std::lock_guard lock(mutex_);
  ++counters_[single ? "te_request_success{method=\"single\"}" : "te_request_success{method=\"batch\"}"];
  ++counters_["te_" + std::string(route) + "_success"];
  histograms_.at("te_request_duration").observe(durations.total);
  histograms_.at("te_request_tokenization_duration").observe(durations.tokenization);
  histograms_.at("te_request_queue_duration").observe(durations.queue);
  histograms_.at("te_request_inference_duration").observe(durations.inference);
}

void ServerMetrics::count_failure(std::string_view error) {
  const std::lock_guard lock(mutex_);
  ++counters_["te_request_failure{err=\"" + std::string(error) + "\"}"];
}

void ServerMetrics::count_batch(std::int64_t texts, std::int64_t tokens) {
  const std::lock_guard lock(mutex_);
  histograms_.at("te_batch_next_size").observe(static_cast<double>(texts));
  histograms_.at("te_batch_next_tokens").observe(static_cast<double>(tokens));
}

std::string ServerMetrics::text(std::int64_t queue) const {
  const std::lock_guard lock(mutex_);
  std::string all;
  std::string last;
  for (const auto& [series, count] : counters_) {
    if (family(series) != last) all += "# TYPE " + (last = family(series)) + " counter\n";
    all += series + " " + std::to_string(count) + "\n";
  }
  for (const auto& [name, histogram] : histograms_) {
    all += "# TYPE " + name + " histogram\n";
    histogram.write(name, all);
  }
  return all + "# TYPE te_queue_size gauge\nte_queue_size " + std::to_string(queue) + "\n";
}

}  // namespace mtt
