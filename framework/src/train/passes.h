// Passes over the examples of a training file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mtt {

/// A file of examples that tasks learn from.
struct SourceSize {
  std::string name;  ///< unique; its permutations depend on it
  std::int64_t examples = 0;
};

/// Gives the examples of a file pass after pass, without replacement; pass r is a permutation of its own,
/// drawn from (seed, name, r), so that no other file changes it.
class Passes {
 public:
  Passes(SourceSize source, std::uint64_t seed);

  const std::string& name() const { return source_.name; }
  std::int64_t size() const { return source_.examples; }
  std::int64_t taken() const { return taken_; }  ///< examples so far, of all passes
  std::int64_t complete() const { return taken_ / size(); }
  std::int64_t left_in_pass() const { return size() - taken_ % size(); }

  /// The next examples, which may reach into further passes.
  std::vector<std::int64_t> take(std::int64_t count);
  /// Continues after `taken` examples.
  void continue_after(std::int64_t taken) { taken_ = taken; }

 private:
  SourceSize source_;
  std::uint64_t seed_;
  std::int64_t taken_ = 0;
  std::int64_t pass_ = -1;  ///< the pass that `order_` is
  std::vector<std::int64_t> order_;
};

}  // namespace mtt
