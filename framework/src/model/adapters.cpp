#include "model/adapters.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>

#include <algorithm>
#include <cmath>

#include "mtt/error.h"
#include "mtt/random_stream.h"

namespace mtt {
namespace {

constexpr double kHoulsbyDeviation = 1e-3;

template <class Draw>
void fill(at::Tensor& tensor, const Draw& draw) {
  auto* values = tensor.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(draw());
}

void initialise(nn::LinearAdapter& adapter, AdapterSettings::Kind kind, RandomStream random) {
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : adapter.parameters()) {
    if (kind == AdapterSettings::Kind::lora && name == "a") {
      const double bound = 1 / std::sqrt(static_cast<double>(tensor.size(1)));
      fill(tensor, [&] { return (2 * random.uniform() - 1) * bound; });
    } else if (kind == AdapterSettings::Kind::houlsby && name.ends_with("weight")) {
      fill(tensor, [&] {
        double draw = random.normal();
        while (std::abs(draw) > 2) draw = random.normal();
        return draw * kHoulsbyDeviation;
      });
    } else {
      tensor.zero_();
    }
  }
}

}  // namespace

LoraAdapter::LoraAdapter(std::int64_t in, std::int64_t first_row, std::int64_t rows, std::int64_t rank,
                         double alpha)
    : first_row_(first_row),
      rows_(rows),
      scale_(alpha / static_cast<double>(rank)),
      a_(parameter("a", {rank, in})),
      b_(parameter("b", {rows, rank})) {}

at::Tensor LoraAdapter::forward(const at::Tensor& x, at::Tensor y) const {
  const at::Tensor update = at::linear(at::linear(x, a_), b_).mul(scale_);
  y.narrow(1, first_row_, rows_).add_(update);
  return y;
}

HoulsbyAdapter::HoulsbyAdapter(std::int64_t size, std::int64_t bottleneck)
    : down_(child<nn::Linear>("down", size, bottleneck)),
      up_(child<nn::Linear>("up", bottleneck, size)),
      gelu_("gelu") {}

at::Tensor HoulsbyAdapter::forward(const at::Tensor&, at::Tensor y) const {
  return y + up_.forward(down_.forward(y, gelu_));
}

void add_adapters(GuardedBackbone& backbone, const AdapterSettings& settings, std::int64_t seed) {
  if (settings.kind == AdapterSettings::Kind::none) return;
  const bool lora = settings.kind == AdapterSettings::Kind::lora;
  std::vector<std::string> missing = settings.places;
  for (const AdapterPlace& place : backbone.adapter_places()) {
    if (std::find(settings.places.begin(), settings.places.end(), place.name) == settings.places.end())
      continue;
    std::erase(missing, place.name);
    const std::string short_name = place.name.substr(place.name.rfind('.') + 1);
    std::unique_ptr<nn::LinearAdapter> adapter;
    if (lora) {
      adapter = std::make_unique<LoraAdapter>(place.linear->in(), place.first_row, place.rows, settings.size,
                                              settings.alpha);
    } else {
      if (place.rows != place.linear->out())
        throw Error(
            "[freeze] a Houlsby adapter cannot be added at '" + place.name +
            "', which shares one matrix with others; use attention.output, ffn.intermediate or ffn.output");
      adapter = std::make_unique<HoulsbyAdapter>(place.rows, settings.size);
    }
    initialise(
        *adapter, settings.kind,
        {static_cast<std::uint64_t>(seed), "adapter:" + place.name, static_cast<std::uint64_t>(place.layer)});
    place.linear->adapt((lora ? "lora." : "houlsby.") + short_name, std::move(adapter));
  }
  if (!missing.empty())
    throw Error("[freeze] this backbone has no place '" + missing.front() + "' for adapters");
}

}  // namespace mtt
