#include "train/passes.h"

#include <numeric>
#include <utility>

#include "mtt/random_stream.h"

namespace mtt {

Passes::Passes(SourceSize source, std::uint64_t seed) : source_(std::move(source)), seed_(seed) {}

std::vector<std::int64_t> Passes::take(std::int64_t count) {
  std::vector<std::int64_t> examples;
  examples.reserve(static_cast<std::size_t>(count));
  for (; count > 0; --count, ++taken_) {
    if (complete() != pass_) {
      pass_ = complete();
      order_.resize(static_cast<std::size_t>(size()));
      std::iota(order_.begin(), order_.end(), std::int64_t{0});
      RandomStream(seed_, "pass:" + name(), static_cast<std::uint64_t>(pass_)).shuffle(order_);
    }
    examples.push_back(order_[static_cast<std::size_t>(taken_ % size())]);
  }
  return examples;
}

}  // namespace mtt
