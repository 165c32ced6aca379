#include "io/npy.h"

#include <bit>
#include <limits>
#include <string_view>

#include "io/file.h"
#include "mtt/error.h"

namespace mtt {
namespace {

static_assert(std::endian::native == std::endian::little, "the format's '<f4' is written as memory holds it");

constexpr std::string_view kMagic("\x93NUMPY\x01\x00", 8);
constexpr std::size_t kPrefix = kMagic.size() + 2;
constexpr std::size_t kAlignment = 64;

std::size_t element_count(const std::vector<std::int64_t>& shape, const std::string& where) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max() / sizeof(float);
  std::uint64_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 0) throw Error(where + ": a shape holds the negative size " + std::to_string(size));
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(size), &count) || count > kMost) {
      throw Error(where + ": the shape has more elements than memory can hold");
    }
  }
  return count;
}

}  // namespace

std::string npy_header(const std::vector<std::int64_t>& shape, DType dtype) {
  std::string sizes;
  for (const std::int64_t size : shape) {
    if (!sizes.empty()) sizes += ", ";
    sizes += std::to_string(size);
  }
  if (shape.size() == 1) sizes += ",";
  const std::string type = dtype == DType::I8 ? "|i1" : dtype == DType::U8 ? "|u1" : "<f4";
  std::string text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
  text.append(kAlignment - 1 - (kPrefix + text.size()) % kAlignment, ' ');
  text += '\n';
  if (text.size() > std::numeric_limits<std::uint16_t>::max())
    throw Error("an .npy array cannot have so many dimensions");
  std::string header(kMagic);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

void write_npy(const std::filesystem::path& path, const float* data, const std::vector<std::int64_t>& shape) {
  const std::size_t count = element_count(shape, path.string());
  AtomicFile file(path);
  file.write(npy_header(shape));
  file.write({reinterpret_cast<const char*>(data), count * sizeof(float)});
  file.commit();
}

}  // namespace mtt
