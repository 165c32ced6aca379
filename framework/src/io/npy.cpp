#include "io/npy.h"

#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "io/file.h"
#include "mtt/error.h"

namespace mtt {
namespace {

static_assert(std::endian::native == std::endian::little, "the format's '<f4' is written as memory holds it");

constexpr std::string_view kMagic("\x93NUMPY\x01\x00", 8);
constexpr std::size_t kPrefix = kMagic.size() + 2;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMostDimensions = 32;

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

class HeaderReader {
 public:
  HeaderReader(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  std::vector<std::int64_t> shape() {
    std::optional<std::vector<std::int64_t>> shape;
    bool has_descr = false;
    bool has_order = false;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !has_descr) {
        has_descr = true;
        const std::string_view descr = quoted();
        if (descr != "<f4")
          refuse("holds elements of type '" + std::string(descr) + "'; expected '<f4' (float32)");
      } else if (key == "fortran_order" && !has_order) {
        has_order = true;
        if (word() != "False") refuse("is in Fortran order; expected C order");
      } else if (key == "shape" && !shape) {
        shape = sizes();
      } else {
        refuse("has an unknown or repeated header key '" + std::string(key) + "'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (at_ != text_.size()) refuse("has text after its header");
    if (!has_descr || !has_order || !shape) refuse("lacks 'descr', 'fortran_order' or 'shape' in its header");
    return *shape;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { throw Error(where_ + " " + why); }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  bool accept(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!accept(c))
      refuse("has a damaged header: '" + std::string(1, c) + "' was expected at its byte " +
             std::to_string(at_));
  }

  std::string_view quoted() {
    skip_blanks();
    const char quote = at_ < text_.size() && text_[at_] == '"' ? '"' : '\'';
    expect(quote);
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) refuse("has a damaged header: a quote is not closed");
    const std::string_view content = text_.substr(at_, end - at_);
    at_ = end + 1;
    return content;
  }

  std::string_view word() {
    skip_blanks();
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= 'A' && text_[at_] <= 'z') ++at_;
    return text_.substr(start, at_ - start);
  }

  std::vector<std::int64_t> sizes() {
    std::vector<std::int64_t> result;
    expect('(');
    while (!accept(')')) {
      if (result.size() == kMostDimensions) refuse("has more than 32 dimensions");
      result.push_back(size());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return result;
  }

  std::int64_t size() {
    skip_blanks();
    const std::size_t start = at_;
    std::int64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
          __builtin_add_overflow(value, std::int64_t{text_[at_] - '0'}, &value)) {
        refuse("has a size beyond 64 bits in its shape");
      }
    }
    if (at_ == start)
      refuse("has a damaged header: a whole number was expected at its byte " + std::to_string(at_));
    return value;
  }

  std::string_view text_;
  std::string where_;
  std::size_t at_ = 0;
};

}  // namespace

std::string npy_header(const std::vector<std::int64_t>& shape) {
  std::string sizes;
  for (const std::int64_t size : shape) {
    if (!sizes.empty()) sizes += ", ";
    sizes += std::to_string(size);
  }
  if (shape.size() == 1) sizes += ",";
  std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes + "), }";
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

NpyArray read_npy(const std::filesystem::path& path) {
  const MappedFile file(path);
  const std::string where = "file '" + path.string() + "'";
  const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
  if (bytes.size() < kPrefix || bytes.substr(0, kMagic.size()) != kMagic) {
    throw Error(where + " is no .npy file of version 1.0");
  }
  const std::size_t length = static_cast<unsigned char>(bytes[kMagic.size()]) |
                             static_cast<std::size_t>(static_cast<unsigned char>(bytes[kMagic.size() + 1]))
                                 << 8;
  if (length > bytes.size() - kPrefix) throw Error(where + " ends within its header");

  NpyArray array;
  array.shape = HeaderReader(bytes.substr(kPrefix, length), where).shape();
  const std::string_view content = bytes.substr(kPrefix + length);
  const std::size_t count = element_count(array.shape, where);
  if (content.size() != count * sizeof(float)) {
    throw Error(where + " holds " + std::to_string(content.size()) + " bytes of data; its shape needs " +
                std::to_string(count * sizeof(float)));
  }
  array.data.resize(count);
  if (count > 0) std::memcpy(array.data.data(), content.data(), content.size());
  return array;
}

}  // namespace mtt
