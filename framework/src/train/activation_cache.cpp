#include "train/activation_cache.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <numeric>
#include <span>

#include "io/digest.h"
#include "model/run_on_workers.h"

namespace mtt {
namespace {

constexpr char kSuffix[] = ".activations";

}  // namespace

ActivationCache::ActivationCache(const MultiTaskModel& model, const TrainingSource& source, PrefixPlan plan,
                                 const CacheStorage& storage)
    : model_(model), source_(source), plan_(std::move(plan)) {
  const std::int64_t hidden = model.backbone().shape().hidden;
  for (const Reading& reading : plan_.sentences) widths_.push_back(model.sentence_width(reading));
  const std::int64_t fixed = std::accumulate(widths_.begin(), widths_.end(), std::int64_t{0});
  const std::int64_t per_token = hidden * static_cast<std::int64_t>(plan_.token_layers.size());
  offsets_ = {0};
  for (const TokenizedText& text : source.tokens) {
    const std::int64_t end =
        offsets_.back() + fixed + per_token * static_cast<std::int64_t>(text.tokens.ids.size());
    if (end * static_cast<std::int64_t>(sizeof(float)) > storage.bytes) break;
    offsets_.push_back(end);
  }
  kept_ = static_cast<std::int64_t>(offsets_.size()) - 1;

  std::filesystem::path file;
  if (!storage.directory.empty()) {
    Digest key;
    key.add(storage.model_key);
    key.add(plan_.frontier);
    key.add(kept_);
    for (const std::int64_t layer : plan_.token_layers) key.add(layer);
    for (const Reading& reading : plan_.sentences) {
      key.add(reading.layer);
      key.add(static_cast<std::int64_t>(reading.normalize));
      const Pooling& pooling = reading.pooling ? *reading.pooling : model.modules().pooling();
      key.add(std::int64_t{reading.pooling.has_value()});
      key.add(std::int64_t{pooling.include_prompt});
      key.add(static_cast<std::int64_t>(pooling.modes.size()));
      for (const PoolingMode mode : pooling.modes) key.add(static_cast<std::int64_t>(mode));
    }
    for (const std::int64_t width : widths_) key.add(width);
    for (std::int64_t r = 0; r < kept_; ++r) {
      const Tokens& tokens = source.tokens[r].tokens;
      key.add(tokens.ids.data(), tokens.ids.size() * sizeof tokens.ids[0]);
      key.add(tokens.type_ids.data(), tokens.type_ids.size() * sizeof tokens.type_ids[0]);
      key.add(source.tokens[r].prompt);
    }
    file = storage.directory / (key.hex() + kSuffix);
  }
  store_ = std::make_unique<FloatStore>(offsets_.back(), file);
  complete_at_start_ = store_->complete();
}

void ActivationCache::read(const PackedBatch& batch, const std::vector<std::int64_t>& rows,
                           PrefixValues& into) const {
  const std::int64_t hidden = model_.backbone().shape().hidden;
  for (std::size_t s = 0; s < rows.size(); ++s) {
    if (rows[s] >= kept_) continue;
    const float* from = row(rows[s]);
    const auto sentence = static_cast<std::int64_t>(s);
    const std::int64_t floats = batch.length(sentence) * hidden;
    for (const at::Tensor& tokens : into.tokens) {
      std::memcpy(tokens.mutable_data_ptr<float>() + batch.offsets[s] * hidden, from, floats * sizeof(float));
      from += floats;
    }
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      std::memcpy(into.sentences[i].mutable_data_ptr<float>() + sentence * widths_[i], from,
                  widths_[i] * sizeof(float));
      from += widths_[i];
    }
  }
}

void ActivationCache::write(const PackedBatch& batch, const std::vector<std::int64_t>& rows,
                            const PrefixValues& values) {
  const std::int64_t hidden = model_.backbone().shape().hidden;
  for (std::size_t s = 0; s < rows.size(); ++s) {
    float* to = row(rows[s]);
    const auto sentence = static_cast<std::int64_t>(s);
    const std::int64_t floats = batch.length(sentence) * hidden;
    for (const at::Tensor& tokens : values.tokens) {
      std::memcpy(to, tokens.const_data_ptr<float>() + batch.offsets[s] * hidden, floats * sizeof(float));
      to += floats;
    }
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      std::memcpy(to, values.sentences[i].const_data_ptr<float>() + sentence * widths_[i],
                  widths_[i] * sizeof(float));
      to += widths_[i];
    }
  }
}

void ActivationCache::fill(std::int64_t threads, std::int64_t tokens_per_forward,
                           const ActivationCache* older, const std::function<void(double)>& progress) {
  if (complete_at_start_ || kept_ == 0) return;
  std::vector<std::int64_t> below;  // the layers that the older cache can give
  if (older && older->plan_.frontier >= 0) below = older->plan_.token_layers;
  const bool climbs =
      !below.empty() &&
      std::all_of(plan_.token_layers.begin(), plan_.token_layers.end(),
                  [&](std::int64_t layer) { return layer >= below.front(); }) &&
      std::all_of(plan_.sentences.begin(), plan_.sentences.end(), [&](const Reading& reading) {
        return reading.layer_in(model_.backbone().shape().layers) >= below.front();
      });

  const auto forwards =
      plan_forwards(std::span(source_.tokens).first(static_cast<std::size_t>(kept_)), tokens_per_forward);
  std::mutex mutex;
  std::size_t done = 0;
  run_on_workers(threads, static_cast<std::int64_t>(forwards.size()), [&](std::int64_t number) {
    const auto& rows = forwards[number];
    const PackedBatch batch = batch_of(model_, source_, rows);
    const bool held =
        climbs && std::all_of(rows.begin(), rows.end(), [&](std::int64_t r) { return r < older->kept_; });
    PrefixValues known;
    if (held) {
      known = PrefixValues::empty(model_, older->plan_, batch);
      older->read(batch, rows, known);
      known.sentences.clear();
    }
    PrefixValues values = run_prefix(model_, plan_, batch, held ? older->plan_ : PrefixPlan{}, known);
    for (at::Tensor& tokens : values.tokens) tokens = tokens.contiguous();
    for (at::Tensor& sentences : values.sentences) sentences = sentences.contiguous();
    write(batch, rows, values);
    const std::lock_guard lock(mutex);
    progress(static_cast<double>(++done) / static_cast<double>(forwards.size()));
  });
  store_->finish();
}

PrefixValues ActivationCache::values(const PackedBatch& batch, const std::vector<std::int64_t>& rows) const {
  PrefixValues all = PrefixValues::empty(model_, plan_, batch);
  read(batch, rows, all);
  std::vector<std::int64_t> missing;
  for (std::size_t s = 0; s < rows.size(); ++s)
    if (rows[s] >= kept_) missing.push_back(static_cast<std::int64_t>(s));
  if (!missing.empty()) run_prefix_into(all, model_, plan_, source_, batch, rows, missing);
  return all;
}

}  // namespace mtt
