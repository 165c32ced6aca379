#include "train/event_file.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <cstring>
#include <string>

namespace mtt {
namespace fs = std::filesystem;
namespace {

constexpr std::uint32_t kCastagnoli = 0x82f63b78;  // reflected
constexpr std::uint32_t kMaskDelta = 0xa282ead8;

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kCastagnoli : 0);
    table[byte] = crc;
  }
  return table;
}

template <class Integer>
std::string little_endian(Integer value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
  return bytes;
}

std::string masked_crc(std::string_view bytes) {
  return little_endian(std::rotr(crc32c(bytes), 15) + kMaskDelta);
}

enum class Wire { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
  return bytes += static_cast<char>(value);
}

std::string key(std::uint64_t field, Wire wire) {
  return varint(field << 3 | static_cast<std::uint64_t>(wire));
}

std::string bytes_field(std::uint64_t field, std::string_view content) {
  return key(field, Wire::length) + varint(content.size()) + std::string(content);
}

std::string event(std::int64_t step, const std::string& what) {
  constexpr std::uint64_t kWallTime = 1, kStep = 2;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return key(kWallTime, Wire::fixed64) + little_endian(std::bit_cast<std::uint64_t>(now.count())) +
         key(kStep, Wire::varint) + varint(static_cast<std::uint64_t>(step)) + what;
}

std::string host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || std::strchr(name.data(), '/') != nullptr)
    return "host";
  return name.data();
}

fs::path free_name(const fs::path& folder) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  const std::string begin = "events.out.tfevents." + std::to_string(seconds) + "." + host() + "." +
                            std::to_string(::getpid()) + ".";
  for (int number = 0;; ++number) {
    fs::path path = folder / (begin + std::to_string(number));
    std::error_code error;
    if (!fs::exists(path, error)) return path;
  }
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = crc_table();
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

EventFile::EventFile(const fs::path& folder, std::int64_t first_step) : file_(free_name(folder), 0) {
  constexpr std::uint64_t kFileVersion = 3, kSessionLog = 7, kStatus = 1, kStart = 1;
  append(event(first_step, bytes_field(kFileVersion, "brain.Event:2")));
  if (first_step > 0)
    append(event(first_step, bytes_field(kSessionLog, key(kStatus, Wire::varint) + varint(kStart))));
}

void EventFile::scalar(std::string_view tag, std::int64_t step, double value) {
  constexpr std::uint64_t kSummary = 5, kValue = 1, kTag = 1, kSimpleValue = 2;
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  append(event(step, bytes_field(kSummary, bytes_field(kValue, bytes_field(kTag, tag) +
                                                                   key(kSimpleValue, Wire::fixed32) +
                                                                   little_endian(bits)))));
}

void EventFile::append(std::string_view event) {
  const std::string length = little_endian(static_cast<std::uint64_t>(event.size()));
  file_.append(length + masked_crc(length) + std::string(event) + masked_crc(event));
}

}  // namespace mtt
