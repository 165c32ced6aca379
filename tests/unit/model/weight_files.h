// Checkpoints of a few tensors.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/safetensors_writer.h"

struct FloatTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

inline void write_float_tensors(const std::filesystem::path& file, const std::vector<FloatTensor>& tensors) {
  std::vector<mtt::TensorToWrite> written;
  for (const FloatTensor& tensor : tensors)
    written.push_back({tensor.name, mtt::DType::F32, tensor.shape,
                       reinterpret_cast<const std::byte*>(tensor.values.data())});
  mtt::write_safetensors(file, written, {{"format", "pt"}});
}
