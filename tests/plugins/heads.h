// Heads through the real loader, and tensors to try them on.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mtt/error.h"
#include "mtt/head.h"
#include "mtt/random_stream.h"
#include "plugin/make_parts.h"
#include "plugin/plugin_catalog.h"

using Row = std::vector<double>;

inline std::unique_ptr<mtt::Head> make(const std::string& name, const mtt::Value::Table& options = {}) {
  mtt::PluginCatalog catalog({MTT_PLUGINS});
  const mtt::HeadPlugin plugin = catalog.head(name);
  return mtt::make_head(plugin, mtt::Options::read(plugin.options, options, "[tasks.t]"));
}

inline at::Tensor matrix(const std::vector<Row>& rows) {
  at::Tensor result =
      at::zeros({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows[0].size())});
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t k = 0; k < rows[i].size(); ++k)
      result[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(k)] = rows[i][k];
  return result;
}

/// Values between -scale and scale that depend on the seed alone.
inline at::Tensor drawn(at::IntArrayRef shape, std::uint64_t seed, double scale = 1) {
  at::Tensor result = at::zeros(shape, at::kFloat);
  mtt::RandomStream stream(seed, "test", 0);
  auto* out = result.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < result.numel(); ++i)
    out[i] = static_cast<float>(scale * (2 * static_cast<double>(stream.next() >> 11) * 0x1p-53 - 1));
  return result;
}

inline void give_weights(mtt::Head& head, double scale) {
  std::uint64_t seed = 1;
  for (auto& [name, tensor] : head.parameters())
    at::Tensor(tensor).copy_(drawn(tensor.sizes(), seed++, scale));
}

inline at::Tensor parameter(const mtt::Head& head, const std::string& wanted) {
  for (auto& [name, tensor] : head.parameters())
    if (name == wanted) return tensor;
  throw mtt::Error("no parameter " + wanted);
}

inline double number(const at::Tensor& scalar) { return scalar.item<double>(); }

/// A value as if it stood in line 4 of a file.
inline mtt::Value placed(mtt::Value value) {
  return value.placed({std::make_shared<const std::string>("e.toml"), 4, 3});
}

/// For heads of sentences, which do not read it.
inline const mtt::PackedBatch kNoBatch;
