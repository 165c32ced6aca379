#include "io/safetensors_writer.h"

#include <algorithm>

#include "io/file.h"
#include "mtt/error.h"
#include "mtt/value.h"

namespace mtt {
namespace {

constexpr std::size_t kHeaderAlignment = 8;

std::vector<std::string_view> in_written_order(const std::vector<TensorToWrite>& tensors,
                                               std::vector<const TensorToWrite*>* order) {
  std::vector<std::string_view> names;
  for (const TensorToWrite& tensor : tensors) {
    order->push_back(&tensor);
    names.push_back(tensor.name);
  }
  std::sort(order->begin(), order->end(), [](const TensorToWrite* a, const TensorToWrite* b) {
    const std::size_t one = dtype_order(a->dtype), other = dtype_order(b->dtype);
    return one != other ? one > other : a->name < b->name;
  });
  std::sort(names.begin(), names.end());
  return names;
}

std::string unwritable(const std::filesystem::path& path) {
  return "file '" + path.string() + "' cannot be written: ";
}

/// The length of the header and the header, with blanks behind it up to `least_bytes` in all.
std::string header_bytes(const std::vector<const TensorToWrite*>& order,
                         const std::map<std::string, std::string>& metadata, std::size_t least_bytes,
                         const std::string& where) {
  std::string header = "{";
  if (!metadata.empty()) {
    Value::Table pairs;
    for (const auto& [key, value] : metadata) pairs.push_back({key, Value(value)});
    header += "\"" + std::string(kSafetensorsMetadata) + "\":" + Value(std::move(pairs)).json() + ",";
  }
  std::int64_t end = 0;
  for (const TensorToWrite* tensor : order) {
    const bool negative =
        std::any_of(tensor->shape.begin(), tensor->shape.end(), [](std::int64_t size) { return size < 0; });
    const std::int64_t begin = end;
    std::size_t bytes = 0;
    if (negative || !tensor_bytes(tensor->shape, tensor->dtype, &bytes) ||
        __builtin_add_overflow(end, static_cast<std::int64_t>(bytes), &end)) {
      throw Error(where + quoted_tensor(tensor->name) + " has a negative or too large shape");
    }
    std::string shape;
    for (const std::int64_t size : tensor->shape) shape += (shape.empty() ? "" : ",") + std::to_string(size);
    header += Value(tensor->name).json() + ":{\"dtype\":\"" + std::string(dtype_name(tensor->dtype)) +
              "\",\"shape\":[" + shape + "],\"data_offsets\":[" + std::to_string(begin) + "," +
              std::to_string(end) + "]},";
  }
  if (header.back() == ',') header.pop_back();
  header += "}";
  if (header.size() + kSafetensorsLengthBytes < least_bytes)
    header.resize(least_bytes - kSafetensorsLengthBytes, ' ');
  header.append((kHeaderAlignment - header.size() % kHeaderAlignment) % kHeaderAlignment, ' ');
  if (header.size() > kMostSafetensorsHeaderBytes) {
    throw Error(where + "its header of " + std::to_string(header.size()) + " bytes exceeds the format's " +
                std::to_string(kMostSafetensorsHeaderBytes));
  }

  std::string length(kSafetensorsLengthBytes, '\0');
  for (std::size_t i = 0; i < kSafetensorsLengthBytes; ++i)
    length[i] = static_cast<char>(header.size() >> (8 * i) & 0xff);
  return length + header;
}

}  // namespace

std::string safetensors_header(const TensorToWrite& tensor,
                               const std::map<std::string, std::string>& metadata, std::size_t least_bytes) {
  return header_bytes({&tensor}, metadata, least_bytes, "");
}

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::string where = unwritable(path);
  std::vector<const TensorToWrite*> order;
  const std::vector<std::string_view> names = in_written_order(tensors, &order);
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin != names.end()) throw Error(where + "two tensors have the name '" + std::string(*twin) + "'");
  if (std::binary_search(names.begin(), names.end(), kSafetensorsMetadata)) {
    throw Error(where + "a tensor cannot have the name '" + std::string(kSafetensorsMetadata) + "'");
  }

  const std::string header = header_bytes(order, metadata, 0, where);
  AtomicFile file(path);
  file.write(header);
  for (const TensorToWrite* tensor : order) {
    std::size_t bytes = 0;
    tensor_bytes(tensor->shape, tensor->dtype, &bytes);
    file.write({reinterpret_cast<const char*>(tensor->data), bytes});
  }
  file.commit();
}

}  // namespace mtt
