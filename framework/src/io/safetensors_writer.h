// Writing of the safetensors format, atomically.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/safetensors_format.h"

namespace mtt {

/// A tensor to be written.
struct TensorToWrite {
  std::string name;
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;
  const std::byte* data = nullptr;
};

/// The bytes before the data of a file with this tensor alone, whose `data` is not read: at least
/// `least_bytes` with blanks at the end.
std::string safetensors_header(const TensorToWrite& tensor,
                               const std::map<std::string, std::string>& metadata, std::size_t least_bytes);

/// Writes a file that the reference implementation reads; tensors are aligned to their element size at least.
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace mtt
