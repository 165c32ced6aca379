#include "train/prefix_caches.h"

#include <ATen/Parallel.h>

#include "freeze/frontier.h"
#include "io/digest.h"
#include "model/parameter_name.h"

namespace fs = std::filesystem;

namespace mtt {
PrefixCaches::PrefixCaches(const MultiTaskModel& model, const std::vector<TrainingSource>& sources,
                           CacheSettings settings, fs::path directory, std::string model_key,
                           std::int64_t threads, std::int64_t tokens_per_forward)
    : model_(model),
      sources_(sources),
      settings_(std::move(settings)),
      directory_(std::move(directory)),
      model_key_(std::move(model_key)),
      threads_(threads),
      tokens_per_forward_(tokens_per_forward) {}

CacheStorage PrefixCaches::storage(std::int64_t frontier) const {
  CacheStorage storage{.directory = {}, .bytes = settings_.bytes, .model_key = {}};
  if (settings_.where != CacheSettings::Where::disk) return storage;
  storage.directory = settings_.directory.empty() ? directory_ / "cache" : settings_.directory;
  Digest key;
  key.add(model_key_);
  for (const auto& [name, tensor] : model_.backbone().parameters()) {
    if (layer_of_parameter(name) >= frontier) continue;
    key.add(name);
    const at::Tensor values = tensor.detach().contiguous();
    key.add(values.const_data_ptr(), values.nbytes());
  }
  for (const auto& [name, tensor] : model_.modules().parameters()) {
    if (tensor.requires_grad()) continue;
    key.add(name);
    const at::Tensor values = tensor.detach().contiguous();
    key.add(values.const_data_ptr(), values.nbytes());
  }
  storage.model_key = key.hex();
  return storage;
}

void PrefixCaches::follow(std::int64_t visits, TrainingObserver& observer) {
  const std::int64_t depth = model_.backbone().shape().layers;
  const std::int64_t start = frontier(model_.backbone().parameters(), depth);
  std::vector<PrefixPlan> plans;
  for (const TrainingSource& source : sources_) plans.push_back(plan_prefix(model_, source.tasks, start));
  if (plans == plans_) return;
  CacheStorage room = storage(start);
  std::vector<std::unique_ptr<ActivationCache>> caches(plans.size());
  for (std::size_t s = 0; s < plans.size(); ++s) {
    const TrainingSource& source = sources_[s];
    const bool pays = !source.transforms && plans[s].worth_keeping(depth) && visits > source.examples();
    if (settings_.where == CacheSettings::Where::none || start < 0 || !pays) continue;
    auto cache = std::make_unique<ActivationCache>(model_, source, plans[s], room);
    room.bytes -= cache->bytes();
    const auto texts = static_cast<std::int64_t>(source.tokens.size());
    const auto tell = [&](double share) {
      observer.caching({static_cast<std::int64_t>(share * static_cast<double>(cache->kept())), texts, share});
    };
    tell(0);
    cache->fill(threads_, tokens_per_forward_, s < caches_.size() ? caches_[s].get() : nullptr, tell);
    at::set_num_threads(static_cast<int>(threads_));
    observer.cache_built({.file = source.file,
                          .kept = cache->kept(),
                          .texts = texts,
                          .pairs = source.joint,
                          .bytes = cache->bytes(),
                          .found = cache->found(),
                          .was_damaged = cache->was_damaged()});
    caches[s] = std::move(cache);
  }
  plans_ = std::move(plans);
  caches_ = std::move(caches);
}

std::vector<const ActivationCache*> PrefixCaches::views() const {
  std::vector<const ActivationCache*> views;
  for (const auto& cache : caches_) views.push_back(cache.get());
  return views;
}

}  // namespace mtt
