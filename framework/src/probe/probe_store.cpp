#include "probe/probe_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <optional>

#include "io/open_file.h"
#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "model/tensor_file.h"
#include "mtt/error.h"
#include "train/checkpoint.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kRecord = "probe";

/// Held by one process at a time; where the file system knows no locks, by nobody.
class FileLock {
 public:
  explicit FileLock(const fs::path& file) : descriptor_(open_retrying(file.c_str(), O_RDWR | O_CREAT, 0666)) {
    if (descriptor_ >= 0) ::flock(descriptor_, LOCK_EX);
  }
  ~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

Value record_of(const ProbeFit& fit) {
  Value::Array trials;
  for (const PenaltyTrial& trial : fit.trials)
    trials.emplace_back(Value::Table{{"c", trial.c}, {"loss", trial.loss}});
  return Value::Table{{"method", fit.method},           {"c", fit.c},
                      {"trials", std::move(trials)},    {"examples", fit.examples},
                      {"chosen_on", fit.chosen_on},     {"held_out", fit.held_out},
                      {"validation", fit.validation},   {"loss", fit.loss},
                      {"evaluations", fit.evaluations}, {"converged", fit.converged},
                      {"seconds", fit.seconds},         {"feature_rms", fit.feature_rms}};
}

ProbeFit fit_of(const Value& record) {
  ProbeFit fit{.method = record.at("method").string(),
               .c = record.at("c").number(),
               .trials = {},
               .examples = record.at("examples").integer(),
               .chosen_on = record.at("chosen_on").integer(),
               .held_out = record.at("held_out").integer(),
               .validation = record.at("validation").boolean(),
               .loss = record.at("loss").number(),
               .evaluations = record.at("evaluations").integer(),
               .converged = record.at("converged").boolean(),
               .seconds = record.at("seconds").number(),
               .feature_rms = record.at("feature_rms").number()};
  for (const Value& trial : record.at("trials").array())
    fit.trials.push_back({trial.at("c").number(), trial.at("loss").number()});
  return fit;
}

std::optional<ProbeFit> read(const fs::path& file, Task& task) {
  std::error_code error;
  if (!fs::exists(file, error)) return std::nullopt;
  try {
    const SafetensorsFile kept = SafetensorsFile::open(file);
    ProbeFit fit = fit_of(parse_json(kept.metadata.at(kRecord), file.string()));
    copy_file_into(file, task.module().parameters());
    return fit;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void write(const fs::path& file, const Task& task, const ProbeFit& fit) {
  std::vector<TensorToWrite> tensors;
  std::vector<at::Tensor> keep;
  for (const auto& [name, tensor] : task.module().parameters()) {
    const at::Tensor& values = keep.emplace_back(tensor.detach().contiguous());
    tensors.push_back(
        {name, DType::F32, values.sizes().vec(), static_cast<const std::byte*>(values.const_data_ptr())});
  }
  write_safetensors(file, tensors, {{"format", "pt"}, {kRecord, record_of(fit).json()}});
}

}  // namespace

ProbeFit ProbeStore::find_or_fit(const std::string& key, Task& task,
                                 const std::function<ProbeFit()>& fit) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  const fs::path file = folder_ / (key + ".safetensors");
  const FileLock lock(folder_ / (key + ".lock"));
  if (std::optional<ProbeFit> kept = read(file, task)) return *std::move(kept);
  ProbeFit made = fit();
  write(file, task, made);
  return made;
}

}  // namespace mtt
