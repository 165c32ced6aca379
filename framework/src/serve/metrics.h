// Counters and histograms in the text format of Prometheus.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mtt {

/// A histogram with fixed upper bounds.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

  void observe(double value);
  /// Appends its lines: buckets, sum and count.
  void write(const std::string& name, std::string& into) const;

 private:
  std::vector<double> bounds_;
  std::vector<std::uint64_t>
      counts_;  ///< of values at most a bound and above the one before; the last: above
  double sum_ = 0;
};

/// The times of one request, in seconds.
struct RequestDurations {
  double total = 0, tokenization = 0, queue = 0, inference = 0;
};

/// What a server counts, under the names of text-embeddings-inference (te_...). All functions may be called
/// from any thread.
class ServerMetrics {
 public:
  ServerMetrics();

  /// A request for `route` ("embed", "predict", ...) with one input or several.
  void count_request(std::string_view route, bool single);
  void count_success(std::string_view route, bool single, const RequestDurations& durations);
  /// `error` is its type in lower case: "validation", "overloaded", ...
  void count_failure(std::string_view error);
  /// A forward pass.
  void count_batch(std::int64_t texts, std::int64_t tokens);

  /// The text format. `queue`: pieces of requests that wait now.
  std::string text(std::int64_t queue) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> counters_;  ///< by name and labels
  std::map<std::string, Histogram> histograms_;    ///< by name
};

}  // namespace mtt
