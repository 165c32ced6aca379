// A matrix that is written while it grows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "io/file.h"

namespace mtt {

/// A float32 matrix [rows, width] in a file that ends in .npy or .safetensors (a tensor "embeddings"). Rows
/// are written as they come; the file has its name from commit() on, see AtomicFile.
class MatrixFile {
 public:
  MatrixFile(const std::filesystem::path& path, std::int64_t width);

  void append(const float* rows, std::int64_t count);
  void commit();  ///< call once, last

 private:
  std::string header() const;

  AtomicFile file_;
  bool npy_;
  std::int64_t width_;
  std::int64_t rows_ = 0;
  std::size_t header_bytes_ = 0;
};

}  // namespace mtt
