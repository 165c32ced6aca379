#include "train/event_file.h"

#include <cmath>
#include <cstring>
#include <map>
#include <vector>

#include "catch.h"
#include "temporary_folder.h"

namespace {

/// A small reader of records and protobuf fields, written from the format alone.
class Reader {
 public:
  explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
  bool more() const { return at_ < bytes_.size(); }

  std::string take(std::uint64_t count) {
    REQUIRE(count <= bytes_.size() - at_);
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  template <class T>
  T fixed() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

std::uint32_t unmasked(std::uint32_t masked) {
  const std::uint32_t rotated = masked - 0xa282ead8U;
  return rotated >> 17 | rotated << 15;
}

std::vector<std::string> records(const std::string& bytes) {
  std::vector<std::string> found;
  for (Reader reader(bytes); reader.more();) {
    const std::string length = reader.take(8);
    CHECK(unmasked(reader.fixed<std::uint32_t>()) == mtt::crc32c(length));
    std::uint64_t size = 0;
    std::memcpy(&size, length.data(), 8);
    found.push_back(reader.take(size));
    CHECK(unmasked(reader.fixed<std::uint32_t>()) == mtt::crc32c(found.back()));
  }
  return found;
}

/// Field number → content: varints and fixed values as their bytes.
std::map<std::uint64_t, std::string> fields(const std::string& message) {
  std::map<std::uint64_t, std::string> found;
  for (Reader reader(message); reader.more();) {
    const std::uint64_t key = reader.varint();
    std::string& content = found[key >> 3];
    switch (key & 7) {
      case 0: {
        const std::uint64_t value = reader.varint();
        content.assign(reinterpret_cast<const char*>(&value), 8);
        break;
      }
      case 1:
        content = reader.take(8);
        break;
      case 2:
        content = reader.take(reader.varint());
        break;
      case 5:
        content = reader.take(4);
        break;
      default:
        FAIL("wire type " << (key & 7));
    }
  }
  return found;
}

template <class T>
T as(const std::string& bytes) {
  T value;
  REQUIRE(bytes.size() == sizeof(T));
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

}  // namespace

TEST_CASE("CRC-32C has the values of RFC 3720") {
  CHECK(mtt::crc32c("") == 0);
  CHECK(mtt::crc32c("123456789") == 0xe3069283);
  CHECK(mtt::crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(mtt::crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  std::string rising, falling;
  for (int i = 0; i < 32; ++i) {
    rising += static_cast<char>(i);
    falling += static_cast<char>(31 - i);
  }
  CHECK(mtt::crc32c(rising) == 0x46dd794e);
  CHECK(mtt::crc32c(falling) == 0x113fdb5c);
}

TEST_CASE("an event file holds its version and then the scalars") {
  const TemporaryFolder folder;
  mtt::EventFile file(folder.path() / "in", 0);
  CHECK(file.path().filename().string().rfind("events.out.tfevents.", 0) == 0);
  file.scalar("train/loss", 0, 0.5);
  file.scalar("a", 5'000'000'000, std::nan(""));

  const auto found = records(file_text(file.path()));
  REQUIRE(found.size() == 3);
  const auto first = fields(found[0]);
  CHECK(first.at(3) == "brain.Event:2");
  CHECK(as<double>(first.at(1)) > 1.7e9);
  const auto second = fields(found[1]);
  CHECK(as<std::int64_t>(second.at(2)) == 0);
  const auto value = fields(fields(second.at(5)).at(1));
  CHECK(value.at(1) == "train/loss");
  CHECK(as<float>(value.at(2)) == 0.5F);
  const auto third = fields(found[2]);
  CHECK(as<std::int64_t>(third.at(2)) == 5'000'000'000);
  CHECK(std::isnan(as<float>(fields(fields(third.at(5)).at(1)).at(2))));
}

TEST_CASE("resuming makes a file of its own that takes back the steps from there on") {
  const TemporaryFolder folder;
  mtt::EventFile first(folder.path(), 0);
  first.scalar("loss", 7, 1);
  const std::string before = file_text(first.path());
  mtt::EventFile second(folder.path(), 6);
  CHECK(first.path() != second.path());
  CHECK(file_text(first.path()) == before);
  const auto found = records(file_text(second.path()));
  REQUIRE(found.size() == 2);
  const auto start = fields(found[1]);
  CHECK(as<std::int64_t>(start.at(2)) == 6);
  CHECK(as<std::int64_t>(fields(start.at(7)).at(1)) == 1);
}
