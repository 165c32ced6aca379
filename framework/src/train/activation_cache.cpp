#include "train/activation_cache.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <numeric>
#include <span>

#include "io/digest.h"
#include "model/worker_pool.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr char kSuffix[] = ".activations";

TokenBatch batch_of(const MultiTaskModel& model, const TrainingSource& source,
                    const std::vector<std::int64_t>& rows) {
  std::vector<const TokenizedText*> members;
  for (const std::int64_t r : rows) members.push_back(&source.tokens[r]);
  return make_batch(members, model.backbone().shape());
}

bool learns(const nn::Module& module) {
  const auto parameters = module.parameters();
  return std::any_of(parameters.begin(), parameters.end(),
                     [](const nn::NamedParameter& p) { return p.tensor.requires_grad(); });
}

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

}  // namespace

bool PrefixPlan::worth_keeping(std::int64_t depth) const {
  const auto saves = [&](std::int64_t layer) { return layer > 0; };
  return std::any_of(token_layers.begin(), token_layers.end(), saves) ||
         std::any_of(sentences.begin(), sentences.end(),
                     [&](const Reading& reading) { return saves(reading.layer_in(depth)); });
}

PrefixPlan plan_prefix(const MultiTaskModel& model, const std::vector<std::size_t>& tasks,
                       std::int64_t frontier) {
  PrefixPlan plan{.frontier = frontier, .token_layers = {}, .sentences = {}};
  if (frontier < 0) return plan;
  const std::int64_t depth = model.backbone().shape().layers;
  for (const std::size_t t : tasks) {
    const Task& task = model.tasks()[t];
    const std::int64_t layer = task.reading.layer_in(depth);
    const bool pooled = task.head->level() != Level::token;
    if (layer > frontier)
      add_once(plan.token_layers, frontier);
    else if (pooled && (task.reading.pooling || !learns(model.modules())))
      add_once(plan.sentences, task.reading);
    else
      add_once(plan.token_layers, layer);
  }
  std::sort(plan.token_layers.begin(), plan.token_layers.end());
  return plan;
}

void PrefixValues::give_to(SharedEncoding& shared, const PrefixPlan& plan) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) shared.know_tokens(plan.token_layers[i], tokens[i]);
  for (std::size_t i = 0; i < sentences.size(); ++i) shared.know_sentences(plan.sentences[i], sentences[i]);
}

PrefixValues run_prefix(const MultiTaskModel& model, const PrefixPlan& plan, const TokenBatch& batch,
                        const PrefixPlan& known_plan, const PrefixValues& known) {
  const at::NoGradGuard no_grad;
  const std::int64_t depth = model.backbone().shape().layers;
  SharedEncoding shared(model.backbone(), model.modules(), batch);
  known.give_to(shared, known_plan);
  std::vector<std::int64_t> layers = plan.token_layers;
  for (const Reading& reading : plan.sentences) layers.push_back(reading.layer_in(depth));
  shared.run_to(layers);
  PrefixValues values;
  for (const std::int64_t layer : plan.token_layers) values.tokens.push_back(shared.tokens(layer));
  for (const Reading& reading : plan.sentences) values.sentences.push_back(shared.sentences(reading));
  return values;
}

/// Floats in anonymous memory, or in a file.
class ActivationCache::Memory {
 public:
  Memory(std::int64_t floats, fs::path file)
      : size_(static_cast<std::size_t>(floats) * sizeof(float)), file_(std::move(file)) {
    if (size_ == 0) return;
    int descriptor = -1;
    if (!file_.empty()) {
      std::error_code error;
      fs::create_directories(file_.parent_path(), error);
      complete_ = fs::exists(file_, error) && fs::file_size(file_, error) == size_;
      temporary_ = file_.string() + ".part-" + std::to_string(::getpid());
      descriptor = complete_ ? ::open(file_.c_str(), O_RDONLY | O_CLOEXEC)
                             : ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
      if (descriptor < 0) fail(errno);
      if (!complete_) {
        if (const int full = ::posix_fallocate(descriptor, 0, static_cast<off_t>(size_)); full != 0) {
          ::close(descriptor);
          ::unlink(temporary_.c_str());
          fail(full);
        }
      }
    }
    const int protection = complete_ ? PROT_READ : PROT_READ | PROT_WRITE;
    const int flags = file_.empty() ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;
    void* mapped = ::mmap(nullptr, size_, protection, flags, descriptor, 0);
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (mapped == MAP_FAILED) fail(error);
    data_ = static_cast<float*>(mapped);
  }
  ~Memory() {
    if (data_) ::munmap(data_, size_);
    if (!temporary_.empty() && !complete_) ::unlink(temporary_.c_str());
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  void finish() {
    if (file_.empty() || complete_ || size_ == 0) return;
    if (::msync(data_, size_, MS_SYNC) != 0 || ::rename(temporary_.c_str(), file_.c_str()) != 0) fail(errno);
    complete_ = true;
  }
  float* data() const { return data_; }
  bool complete() const { return complete_; }

 private:
  [[noreturn]] void fail(int error) const {
    throw Error((file_.empty() ? "the activation cache" : "the activation cache '" + file_.string() + "'") +
                " of " + std::to_string(size_ >> 20) + " MB cannot be made: " + std::strerror(error) +
                "; lower cache.limit_mb, or set cache.where = \"none\"");
  }
  std::size_t size_;
  fs::path file_;
  std::string temporary_;
  float* data_ = nullptr;
  bool complete_ = false;
};

ActivationCache::ActivationCache(const MultiTaskModel& model, const TrainingSource& source, PrefixPlan plan,
                                 const CacheStorage& storage)
    : model_(model), source_(source), plan_(std::move(plan)) {
  const std::int64_t hidden = model.backbone().shape().hidden;
  for (const Reading& reading : plan_.sentences)
    widths_.push_back(model.feature_width(reading, Level::sentence));
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

  fs::path file;
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
  memory_ = std::make_unique<Memory>(offsets_.back(), file);
  complete_at_start_ = memory_->complete();
}

ActivationCache::~ActivationCache() = default;

float* ActivationCache::row(std::int64_t index) const { return memory_->data() + offsets_[index]; }

PrefixValues ActivationCache::empty_values(std::int64_t tokens, std::int64_t sentences) const {
  PrefixValues values;
  for (std::size_t i = 0; i < plan_.token_layers.size(); ++i)
    values.tokens.push_back(at::empty({tokens, model_.backbone().shape().hidden}, at::kFloat));
  for (const std::int64_t width : widths_)
    values.sentences.push_back(at::empty({sentences, width}, at::kFloat));
  return values;
}

void ActivationCache::read(const TokenBatch& batch, const std::vector<std::int64_t>& rows,
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

void ActivationCache::write(const TokenBatch& batch, const std::vector<std::int64_t>& rows,
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
    const TokenBatch batch = batch_of(model_, source_, rows);
    const bool held =
        climbs && std::all_of(rows.begin(), rows.end(), [&](std::int64_t r) { return r < older->kept_; });
    PrefixValues known;
    if (held) {
      known = older->empty_values(batch.tokens(), batch.sentences());
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
  memory_->finish();
}

PrefixValues ActivationCache::values(const TokenBatch& batch, const std::vector<std::int64_t>& rows) const {
  PrefixValues all = empty_values(batch.tokens(), batch.sentences());
  read(batch, rows, all);
  std::vector<std::int64_t> missing, places;
  for (std::size_t s = 0; s < rows.size(); ++s) {
    if (rows[s] < kept_) continue;
    missing.push_back(rows[s]);
    places.push_back(static_cast<std::int64_t>(s));
  }
  if (missing.empty()) return all;
  const TokenBatch part = batch_of(model_, source_, missing);
  const PrefixValues computed = run_prefix(model_, plan_, part);
  for (std::size_t m = 0; m < missing.size(); ++m) {
    const auto sentence = static_cast<std::int64_t>(m);
    for (std::size_t i = 0; i < all.tokens.size(); ++i)
      all.tokens[i]
          .narrow(0, batch.offsets[places[m]], part.length(sentence))
          .copy_(computed.tokens[i].narrow(0, part.offsets[m], part.length(sentence)));
    for (std::size_t i = 0; i < all.sentences.size(); ++i)
      all.sentences[i].select(0, places[m]).copy_(computed.sentences[i].select(0, sentence));
  }
  return all;
}

}  // namespace mtt
