#include "io/safetensors.h"

#include <algorithm>
#include <utility>

#include "mtt/error.h"
#include "value/json.h"

namespace mtt {
namespace {

constexpr std::size_t kMostDimensions = 64;

DType read_dtype(const Value& value, const std::string& name) {
  if (const auto dtype = find_dtype(value.string())) return *dtype;
  value.refuse(quoted_tensor(name) + " has the element type " + value.json() +
               "; those that can be read are " + dtype_names());
}

std::int64_t read_size(const Value& value, const std::string& name, std::string_view what) {
  const std::int64_t size = value.integer();
  if (size < 0)
    value.refuse(quoted_tensor(name) + " has the negative " + std::string(what) + " " + std::to_string(size));
  return size;
}

std::vector<std::int64_t> read_shape(const Value& value, const std::string& name) {
  const Value::Array& sizes = value.array();
  if (sizes.size() > kMostDimensions) {
    value.refuse(quoted_tensor(name) + " has " + std::to_string(sizes.size()) + " dimensions; at most " +
                 std::to_string(kMostDimensions) + " can be read");
  }
  std::vector<std::int64_t> shape;
  shape.reserve(sizes.size());
  for (const Value& size : sizes) shape.push_back(read_size(size, name, "size"));
  return shape;
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
    entry.refuse(quoted_tensor(name) + " lacks '" +
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
    offsets->refuse(quoted_tensor(name) + " has " + std::to_string(ends.size()) +
                    " data offsets; expected begin and end");
  }
  located.begin = static_cast<std::uint64_t>(read_size(ends[0], name, "offset"));
  located.end = static_cast<std::uint64_t>(read_size(ends[1], name, "offset"));
  if (located.end < located.begin) offsets->refuse(quoted_tensor(name) + " ends before it begins");
  if (!tensor_bytes(located.tensor.shape, located.tensor.dtype, &located.tensor.bytes)) {
    shape->refuse(quoted_tensor(name) + " has a shape with more bytes than 63 bits can count");
  }
  if (located.end - located.begin != located.tensor.bytes) {
    offsets->refuse(quoted_tensor(name) + " has " + std::to_string(located.end - located.begin) +
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
      throw Error(source + ": " + quoted_tensor(at->tensor.name) + " begins at byte " +
                  std::to_string(at->begin) + " of the data, where the tensors before it end at byte " +
                  std::to_string(covered) + "; neither gaps nor overlaps are allowed");
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
    throw Error(source + ": " + quoted_tensor(tensor.name) + " of type BOOL holds a byte other than 0 and 1");
}

std::string_view header_of(std::span<const std::byte> bytes, const std::string& source) {
  if (bytes.size() < kSafetensorsLengthBytes) {
    throw Error(
        source + ": " + std::to_string(bytes.size()) +
        " bytes are too few for a safetensors file, which begins with the length of its header in 8 bytes");
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kSafetensorsLengthBytes; ++i) {
    length |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  }
  if (length > kMostSafetensorsHeaderBytes) {
    throw Error(source + ": the header claims " + std::to_string(length) + " bytes; the format allows " +
                std::to_string(kMostSafetensorsHeaderBytes) + ", so this is not a safetensors file");
  }
  if (length > bytes.size() - kSafetensorsLengthBytes) {
    throw Error(source + ": the header claims " + std::to_string(length) + " bytes, but only " +
                std::to_string(bytes.size() - kSafetensorsLengthBytes) +
                " follow; the file is truncated or not a safetensors file");
  }
  return {reinterpret_cast<const char*>(bytes.data()) + kSafetensorsLengthBytes,
          static_cast<std::size_t>(length)};
}

}  // namespace

SafetensorsFile parse_safetensors(std::span<const std::byte> bytes, const std::string& source) {
  const std::string_view text = header_of(bytes, source);
  const Value header = parse_json(text, source);
  const std::span<const std::byte> data = bytes.subspan(kSafetensorsLengthBytes + text.size());
  if (!header.is(Value::Kind::table)) {
    header.refuse("the header is not a JSON object, but of kind " + std::string(kind_name(header.kind())));
  }

  SafetensorsFile file;
  std::vector<Located> located;
  located.reserve(header.table().size());
  for (const Value::Entry& entry : header.table()) {
    if (entry.key == kSafetensorsMetadata) {
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

}  // namespace mtt
