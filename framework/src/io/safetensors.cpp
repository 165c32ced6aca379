#include "io/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "mtt/error.h"
#include "value/json.h"

namespace mtt {
namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMostHeaderBytes = 100'000'000;
constexpr std::size_t kMostDimensions = 64;
constexpr std::size_t kHeaderAlignment = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

struct DTypeFacts {
  DType dtype;
  std::string_view name;
  std::size_t bytes;
};

// In the order of the reference implementation, whose writer sorts by it.
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

std::size_t rank(DType dtype) {
  const auto found = std::find_if(kDTypes.begin(), kDTypes.end(),
                                  [&](const DTypeFacts& facts) { return facts.dtype == dtype; });
  return static_cast<std::size_t>(found - kDTypes.begin());
}

std::string quoted(const std::string& name) { return "tensor " + Value(name).json(); }

DType read_dtype(const Value& value, const std::string& name) {
  const std::string& text = value.string();
  for (const DTypeFacts& facts : kDTypes) {
    if (facts.name == text) return facts.dtype;
  }
  std::string known;
  for (const DTypeFacts& facts : kDTypes) known += (known.empty() ? "" : ", ") + std::string(facts.name);
  value.refuse(quoted(name) + " has the element type " + value.json() + "; supported are " + known);
}

std::int64_t read_size(const Value& value, const std::string& name, std::string_view what) {
  const std::int64_t size = value.integer();
  if (size < 0)
    value.refuse(quoted(name) + " has the negative " + std::string(what) + " " + std::to_string(size));
  return size;
}

std::vector<std::int64_t> read_shape(const Value& value, const std::string& name) {
  const Value::Array& sizes = value.array();
  if (sizes.size() > kMostDimensions) {
    value.refuse(quoted(name) + " has " + std::to_string(sizes.size()) + " dimensions; at most " +
                 std::to_string(kMostDimensions) + " can be read");
  }
  std::vector<std::int64_t> shape;
  shape.reserve(sizes.size());
  for (const Value& size : sizes) shape.push_back(read_size(size, name, "size"));
  return shape;
}

// Zero sizes do not hide an overflow: the strides of the others must be representable too.
bool byte_count(const std::vector<std::int64_t>& shape, DType dtype, std::size_t* bytes) {
  std::int64_t extent = static_cast<std::int64_t>(dtype_size(dtype));
  bool empty = false;
  for (const std::int64_t size : shape) {
    empty = empty || size == 0;
    if (size > 0 && __builtin_mul_overflow(extent, size, &extent)) return false;
  }
  *bytes = empty ? 0 : static_cast<std::size_t>(extent);
  return true;
}

struct Located {
  TensorView tensor;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

Located read_entry(const std::string& name, const Value& entry) {
  const Value* dtype = nullptr;
  const Value* shape = nullptr;
  const Value* offsets = nullptr;
  for (const Value::Entry& field : entry.table()) {
    if (field.key == "dtype") dtype = &field.value;
    if (field.key == "shape") shape = &field.value;
    if (field.key == "data_offsets") offsets = &field.value;
  }
  if (dtype == nullptr || shape == nullptr || offsets == nullptr) {
    entry.refuse(quoted(name) + " lacks '" +
                 (dtype == nullptr   ? "dtype"
                  : shape == nullptr ? "shape"
                                     : "data_offsets") +
                 "'");
  }

  Located located;
  located.tensor.name = name;
  located.tensor.dtype = read_dtype(*dtype, name);
  located.tensor.shape = read_shape(*shape, name);
  const Value::Array& ends = offsets->array();
  if (ends.size() != 2) {
    offsets->refuse(quoted(name) + " has " + std::to_string(ends.size()) +
                    " data offsets; expected begin and end");
  }
  located.begin = static_cast<std::uint64_t>(read_size(ends[0], name, "offset"));
  located.end = static_cast<std::uint64_t>(read_size(ends[1], name, "offset"));
  if (located.end < located.begin) offsets->refuse(quoted(name) + " ends before it begins");
  if (!byte_count(located.tensor.shape, located.tensor.dtype, &located.tensor.bytes)) {
    shape->refuse(quoted(name) + " has a shape with more bytes than 63 bits can count");
  }
  if (located.end - located.begin != located.tensor.bytes) {
    offsets->refuse(quoted(name) + " has " + std::to_string(located.end - located.begin) +
                    " bytes of data; its shape and element type need " +
                    std::to_string(located.tensor.bytes));
  }
  return located;
}

std::map<std::string, std::string> read_metadata(const Value& value) {
  std::map<std::string, std::string> metadata;
  if (value.is(Value::Kind::null)) return metadata;
  for (const Value::Entry& entry : value.table()) metadata.emplace(entry.key, entry.value.string());
  return metadata;
}

void check_coverage(const std::vector<Located>& tensors, std::uint64_t data_bytes,
                    const std::string& source) {
  std::vector<const Located*> by_offset;
  by_offset.reserve(tensors.size());
  for (const Located& tensor : tensors) by_offset.push_back(&tensor);
  std::sort(by_offset.begin(), by_offset.end(), [](const Located* a, const Located* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::uint64_t covered = 0;
  for (const Located* at : by_offset) {
    if (at->begin != covered) {
      throw Error(source + ": " + quoted(at->tensor.name) + " begins at byte " + std::to_string(at->begin) +
                  " of the data, where the tensors before it end at byte " + std::to_string(covered) +
                  "; neither gaps nor overlaps are allowed");
    }
    covered = at->end;
  }
  if (covered != data_bytes) {
    throw Error(source + ": the tensors take " + std::to_string(covered) + " bytes, but " +
                std::to_string(data_bytes) + " bytes of data follow the header; the file is " +
                (data_bytes < covered ? "truncated" : "longer than its header says"));
  }
}

void check_booleans(const TensorView& tensor, const std::string& source) {
  if (tensor.dtype != DType::BOOL) return;
  const bool fine = std::all_of(tensor.data, tensor.data + tensor.bytes,
                                [](std::byte b) { return std::to_integer<unsigned>(b) <= 1; });
  if (!fine)
    throw Error(source + ": " + quoted(tensor.name) + " of type BOOL holds a byte other than 0 and 1");
}

std::string_view header_of(std::span<const std::byte> bytes, const std::string& source) {
  if (bytes.size() < kLengthBytes) {
    throw Error(
        source + ": " + std::to_string(bytes.size()) +
        " bytes are too few for a safetensors file, which begins with the length of its header in 8 bytes");
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  }
  if (length > kMostHeaderBytes) {
    throw Error(source + ": the header claims " + std::to_string(length) + " bytes; the format allows " +
                std::to_string(kMostHeaderBytes) + ", so this is not a safetensors file");
  }
  if (length > bytes.size() - kLengthBytes) {
    throw Error(source + ": the header claims " + std::to_string(length) + " bytes, but only " +
                std::to_string(bytes.size() - kLengthBytes) +
                " follow; the file is truncated or not a safetensors file");
  }
  return {reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, static_cast<std::size_t>(length)};
}

std::vector<std::string_view> in_written_order(const std::vector<TensorToWrite>& tensors,
                                               std::vector<const TensorToWrite*>* order) {
  std::vector<std::string_view> names;
  for (const TensorToWrite& tensor : tensors) {
    order->push_back(&tensor);
    names.push_back(tensor.name);
  }
  std::sort(order->begin(), order->end(), [](const TensorToWrite* a, const TensorToWrite* b) {
    return rank(a->dtype) != rank(b->dtype) ? rank(a->dtype) > rank(b->dtype) : a->name < b->name;
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
    header += "\"" + std::string(kMetadataKey) + "\":" + Value(std::move(pairs)).json() + ",";
  }
  std::int64_t end = 0;
  for (const TensorToWrite* tensor : order) {
    const bool negative =
        std::any_of(tensor->shape.begin(), tensor->shape.end(), [](std::int64_t size) { return size < 0; });
    const std::int64_t begin = end;
    std::size_t bytes = 0;
    if (negative || !byte_count(tensor->shape, tensor->dtype, &bytes) ||
        __builtin_add_overflow(end, static_cast<std::int64_t>(bytes), &end)) {
      throw Error(where + quoted(tensor->name) + " has a negative or too large shape");
    }
    std::string shape;
    for (const std::int64_t size : tensor->shape) shape += (shape.empty() ? "" : ",") + std::to_string(size);
    header += Value(tensor->name).json() + ":{\"dtype\":\"" + std::string(dtype_name(tensor->dtype)) +
              "\",\"shape\":[" + shape + "],\"data_offsets\":[" + std::to_string(begin) + "," +
              std::to_string(end) + "]},";
  }
  if (header.back() == ',') header.pop_back();
  header += "}";
  if (header.size() + kLengthBytes < least_bytes) header.resize(least_bytes - kLengthBytes, ' ');
  header.append((kHeaderAlignment - header.size() % kHeaderAlignment) % kHeaderAlignment, ' ');
  if (header.size() > kMostHeaderBytes) {
    throw Error(where + "its header of " + std::to_string(header.size()) + " bytes exceeds the format's " +
                std::to_string(kMostHeaderBytes));
  }

  std::string length(kLengthBytes, '\0');
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    length[i] = static_cast<char>(header.size() >> (8 * i) & 0xff);
  return length + header;
}

}  // namespace

std::string_view dtype_name(DType dtype) { return kDTypes[rank(dtype)].name; }

std::size_t dtype_size(DType dtype) { return kDTypes[rank(dtype)].bytes; }

SafetensorsFile parse_safetensors(std::span<const std::byte> bytes, const std::string& source) {
  const std::string_view text = header_of(bytes, source);
  const Value header = parse_json(text, source);
  const std::span<const std::byte> data = bytes.subspan(kLengthBytes + text.size());
  if (!header.is(Value::Kind::table)) {
    header.refuse("the header is not a JSON object, but of kind " + std::string(kind_name(header.kind())));
  }

  SafetensorsFile file;
  std::vector<Located> located;
  located.reserve(header.table().size());
  for (const Value::Entry& entry : header.table()) {
    if (entry.key == kMetadataKey) {
      file.metadata = read_metadata(entry.value);
    } else {
      located.push_back(read_entry(entry.key, entry.value));
    }
  }
  check_coverage(located, data.size(), source);

  file.tensors.reserve(located.size());
  for (Located& at : located) {
    at.tensor.data = data.data() + at.begin;
    check_booleans(at.tensor, source);
    file.tensors.push_back(std::move(at.tensor));
  }
  return file;
}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  const auto mapped = std::make_shared<const MappedFile>(path);
  SafetensorsFile file = parse_safetensors({mapped->data(), mapped->size()}, path.string());
  for (TensorView& tensor : file.tensors) tensor.file = mapped;
  return file;
}

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
  if (std::binary_search(names.begin(), names.end(), kMetadataKey)) {
    throw Error(where + "a tensor cannot have the name '" + std::string(kMetadataKey) + "'");
  }

  const std::string header = header_bytes(order, metadata, 0, where);
  AtomicFile file(path);
  file.write(header);
  for (const TensorToWrite* tensor : order) {
    std::size_t bytes = 0;
    byte_count(tensor->shape, tensor->dtype, &bytes);
    file.write({reinterpret_cast<const char*>(tensor->data), bytes});
  }
  file.commit();
}

}  // namespace mtt
