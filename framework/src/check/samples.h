// Made-up input for checks of plugins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mtt/head.h"
#include "mtt/nn/module.h"
#include "mtt/packed_batch.h"

namespace mtt {

/// Sentences of some lengths in words, with [CLS] and [SEP] around; ids below 90. The texts live as long as
/// this object.
class SampleBatch {
 public:
  explicit SampleBatch(const std::vector<std::int64_t>& words, std::uint64_t seed = 1);
  SampleBatch(const SampleBatch&) = delete;
  SampleBatch& operator=(const SampleBatch&) = delete;

  PackedBatch batch;
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
};

/// Values between -1 and 1 that depend on the seed alone.
at::Tensor sample_values(at::IntArrayRef shape, std::uint64_t seed);

/// Gives all parameters small values that depend on the seed alone; scales of normalisations are 1.
void sample_weights(nn::Module& module, std::uint64_t seed);

/// The largest absolute difference; infinity where shapes differ or a value is not finite.
double distance(const at::Tensor& one, const at::Tensor& other);

}  // namespace mtt
