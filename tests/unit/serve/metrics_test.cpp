#include "serve/metrics.h"

#include "catch.h"

TEST_CASE("a histogram counts values up to each bound") {
  mtt::Histogram histogram({1, 2, 4});
  for (const double value : {0.5, 1.0, 3.0, 9.0}) histogram.observe(value);
  std::string text;
  histogram.write("h", text);
  CHECK(text ==
        "h_bucket{le=\"1.0\"} 2\nh_bucket{le=\"2.0\"} 2\nh_bucket{le=\"4.0\"} 3\nh_bucket{le=\"+Inf\"} 4\n"
        "h_sum 13.5\nh_count 4\n");
}

TEST_CASE("requests, batches and failures are counted under the names of text-embeddings-inference") {
  mtt::ServerMetrics metrics;
  metrics.count_request("embed", true);
  metrics.count_request("embed", false);
  metrics.count_success("embed", false,
                        {.total = 0.2, .tokenization = 0.01, .queue = 0.02, .inference = 0.1});
  metrics.count_failure("validation");
  metrics.count_batch(3, 15);
  const std::string text = metrics.text(7);
  for (const char* line :
       {"# TYPE te_request_count counter\n", "te_request_count{method=\"single\"} 1\n",
        "te_request_count{method=\"batch\"} 1\n", "te_request_success{method=\"batch\"} 1\n",
        "te_embed_count 2\n", "te_embed_success 1\n", "te_request_failure{err=\"validation\"} 1\n",
        "# TYPE te_request_duration histogram\n", "te_request_duration_sum 0.2\n",
        "te_request_duration_count 1\n", "te_batch_next_size_sum 3.0\n", "te_batch_next_tokens_sum 15.0\n",
        "te_queue_size 7\n"}) {
    INFO(line);
    CHECK_THAT(text, Contains(line));
  }
}
