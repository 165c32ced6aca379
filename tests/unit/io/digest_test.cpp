#include "io/digest.h"

#include <initializer_list>

#include "catch.h"
#include "temporary_folder.h"

namespace {

std::string digest_of(std::initializer_list<std::string_view> items) {
  mtt::Digest digest;
  for (const std::string_view item : items) digest.add(item);
  return digest.hex();
}

}  // namespace

TEST_CASE("the digest of a file is XXH3-128 of its bytes, as xxh128sum prints it") {
  const TemporaryFolder folder;
  CHECK(mtt::file_digest(folder.write("file", "")) == "99aa06d3014798d86001c324468d497f");
  CHECK(mtt::file_digest(folder.write("file", "abc")) == "06b05ab6733a618578af5f94892f3950");
  CHECK_THROWS_WITH(mtt::file_digest(folder.path() / "none"), Contains("none"));
}

TEST_CASE("a file that is read in pieces has the digest of all its bytes") {
  const TemporaryFolder folder;
  std::string bytes((std::size_t{1} << 20) + 13, 'x');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
  CHECK(mtt::file_digest(folder.write("file", bytes)) == "081e134638a7889e580ee21aa8f809b7");
  bytes.resize(std::size_t{1} << 20);
  CHECK(mtt::file_digest(folder.write("file", bytes)) == "635c0e1e95c31bab4d13e3faf4e0828a");
}

TEST_CASE("a digest depends on the items, their boundaries and their order") {
  CHECK(digest_of({"ab", "c"}) != digest_of({"a", "bc"}));
  CHECK(digest_of({"abc"}) != digest_of({"ab", "c"}));
  CHECK(digest_of({"a", "b"}) != digest_of({"b", "a"}));
  CHECK(digest_of({"a"}) != digest_of({std::string_view("a\0", 2)}));
  CHECK(digest_of({}) != digest_of({""}));
  CHECK(digest_of({""}) != digest_of({"", ""}));
  mtt::Digest number, other;
  number.add(std::int64_t{1});
  other.add(std::int64_t{2});
  CHECK(number.hex() != other.hex());
  CHECK(number.hex().size() == 32);
}
