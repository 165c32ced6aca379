// A matrix that is written while it grows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "io/file.h"
#include "io/safetensors_format.h"

namespace mtt {

/// A matrix [rows, width] of float32, int8 or uint8 in a file that ends in .npy or .safetensors (a tensor
/// "embeddings"). Rows are written as they come; the file has its name from commit() on, see AtomicFile.
class MatrixFile {
 public:
  MatrixFile(const std::filesystem::path& path, std::int64_t width, DType dtype = DType::F32);

  void append(const void* rows, std::int64_t count);
  void commit();  ///< call once, last

 private:
  std::string header() const;

  AtomicFile file_;
  bool npy_;
  std::int64_t width_;
  DType dtype_;
  std::int64_t rows_ = 0;
  std::size_t header_bytes_ = 0;
};

}  // namespace mtt
