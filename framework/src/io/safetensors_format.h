// What a safetensors file consists of, for reading and writing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// Element types that the format knows and we read. Others are refused by name.
enum class DType { BOOL, U8, I8, I16, U16, I32, U32, I64, U64, F16, BF16, F32, F64 };
std::string_view dtype_name(DType dtype);
std::size_t dtype_size(DType dtype);  ///< bytes
/// The place in the order of the reference implementation, whose writer sorts by it.
std::size_t dtype_order(DType dtype);

/// The element type of this name; none: one that is not read. `dtype_names` lists those that are.
std::optional<DType> find_dtype(std::string_view name);
std::string dtype_names();

inline constexpr std::size_t kSafetensorsLengthBytes = 8;  ///< before the header: its length, little-endian
inline constexpr std::uint64_t kMostSafetensorsHeaderBytes = 100'000'000;
inline constexpr std::string_view kSafetensorsMetadata = "__metadata__";

/// The bytes of a tensor; false where 63 bits cannot count them. Zero sizes do not hide an overflow: the
/// strides of the others must be representable too.
bool tensor_bytes(const std::vector<std::int64_t>& shape, DType dtype, std::size_t* bytes);

/// A tensor's name for messages.
std::string quoted_tensor(const std::string& name);

}  // namespace mtt
