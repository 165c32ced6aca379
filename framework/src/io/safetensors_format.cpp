#include "io/safetensors_format.h"

#include <algorithm>
#include <array>

#include "mtt/value.h"

namespace mtt {
namespace {

struct DTypeFacts {
  DType dtype;
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<DTypeFacts, 13> kDTypes{{{DType::BOOL, "BOOL", 1},
                                              {DType::U8, "U8", 1},
                                              {DType::I8, "I8", 1},
                                              {DType::I16, "I16", 2},
                                              {DType::U16, "U16", 2},
                                              {DType::F16, "F16", 2},
                                              {DType::BF16, "BF16", 2},
                                              {DType::I32, "I32", 4},
                                              {DType::U32, "U32", 4},
                                              {DType::F32, "F32", 4},
                                              {DType::F64, "F64", 8},
                                              {DType::I64, "I64", 8},
                                              {DType::U64, "U64", 8}}};

}  // namespace

std::size_t dtype_order(DType dtype) {
  const auto found = std::find_if(kDTypes.begin(), kDTypes.end(),
                                  [&](const DTypeFacts& facts) { return facts.dtype == dtype; });
  return static_cast<std::size_t>(found - kDTypes.begin());
}

std::string_view dtype_name(DType dtype) { return kDTypes[dtype_order(dtype)].name; }

std::size_t dtype_size(DType dtype) { return kDTypes[dtype_order(dtype)].bytes; }

std::optional<DType> find_dtype(std::string_view name) {
  for (const DTypeFacts& facts : kDTypes) {
    if (facts.name == name) return facts.dtype;
  }
  return std::nullopt;
}

std::string dtype_names() {
  std::string known;
  for (const DTypeFacts& facts : kDTypes) known += (known.empty() ? "" : ", ") + std::string(facts.name);
  return known;
}

bool tensor_bytes(const std::vector<std::int64_t>& shape, DType dtype, std::size_t* bytes) {
  std::int64_t extent = static_cast<std::int64_t>(dtype_size(dtype));
  bool empty = false;
  for (const std::int64_t size : shape) {
    empty = empty || size == 0;
    if (size > 0 && __builtin_mul_overflow(extent, size, &extent)) return false;
  }
  *bytes = empty ? 0 : static_cast<std::size_t>(extent);
  return true;
}

std::string quoted_tensor(const std::string& name) { return "tensor " + Value(name).json(); }

}  // namespace mtt
