// All methods of sampling, and settings of each.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "train/sampler.h"

using mtt::Sampler;
using mtt::SamplerSettings;
using mtt::SamplingMethod;
using Counts = std::vector<std::int64_t>;
using Sources = std::vector<mtt::SourceSize>;

inline const Sources kTwo = {{"a", 10'000}, {"b", 100}};  // the table of methods

inline const std::vector<std::pair<const char*, SamplingMethod>> kMethods = {
    {"all", SamplingMethod::all},         {"proportional", SamplingMethod::proportional},
    {"uniform", SamplingMethod::uniform}, {"temperature", SamplingMethod::temperature},
    {"capped", SamplingMethod::capped},   {"annealed", SamplingMethod::annealed},
    {"unimax", SamplingMethod::unimax}};

inline SamplerSettings settings(SamplingMethod method, bool mix = false) {
  SamplerSettings result;
  result.method = method;
  result.mix_examples = mix;
  result.cap = 1000;
  return result;
}
