// The safetensors format: read by mapping, checked before anything is allocated; written atomically.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/file.h"

namespace mtt {

/// Element types that the format knows and we read. Others are refused by name.
enum class DType { BOOL, U8, I8, I16, U16, I32, U32, I64, U64, F16, BF16, F32, F64 };
std::string_view dtype_name(DType dtype);
std::size_t dtype_size(DType dtype);  ///< bytes

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

/// All tensors of a model: model.safetensors, or the shards of model.safetensors.index.json.
class Weights {
 public:
  /// Reads `directory`. Neither file: Error that says what is there instead (pytorch_model.bin is never
  /// read).
  static Weights read(const std::filesystem::path& directory);

  const std::vector<TensorView>& tensors() const { return tensors_; }
  const std::string& source() const { return source_; }  ///< for messages

 private:
  std::vector<TensorView> tensors_;
  std::string source_;
};

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
