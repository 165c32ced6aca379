// Reading of the safetensors format: by mapping, checked before anything is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/file.h"
#include "io/safetensors_format.h"

namespace mtt {

/// A tensor within a mapped file.
struct TensorView {
  std::string name;
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;
  const std::byte* data = nullptr;  ///< may be unaligned
  std::size_t bytes = 0;
  std::shared_ptr<const MappedFile> file;  ///< keeps `data` alive
};

/// A safetensors file: its tensors in the order of the header, and its metadata.
struct SafetensorsFile {
  std::vector<TensorView> tensors;
  std::map<std::string, std::string> metadata;

  /// Maps and checks a file: every rule of the format, or Error.
  static SafetensorsFile open(const std::filesystem::path& path);
};

/// The checks alone, on the bytes of a whole file (for fuzzing and tests); views have no `file`.
SafetensorsFile parse_safetensors(std::span<const std::byte> bytes, const std::string& source);

}  // namespace mtt
