#include "io/npy.h"

#include <cstring>

#include "catch.h"
#include "npy.h"
#include "temporary_folder.h"

// As NumPy 1.0 of the format is written: magic, version, length of what follows, a dictionary, blanks, a line
// end.
TEST_CASE("a header is NumPy's, and the data behind it are aligned to 64 bytes") {
  const auto check = [](const std::vector<std::int64_t>& shape, const std::string& shown) {
    const std::string header = mtt::npy_header(shape);
    const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shown + ", }";
    REQUIRE(header.size() >= 10 + dictionary.size());
    CHECK(header.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
    CHECK(static_cast<unsigned char>(header[8]) + 256 * static_cast<unsigned char>(header[9]) ==
          static_cast<int>(header.size()) - 10);
    CHECK(header.substr(10, dictionary.size()) == dictionary);
    CHECK(header.find_first_not_of(' ', 10 + dictionary.size()) == header.size() - 1);
    CHECK(header.back() == '\n');
    CHECK(header.size() % 64 == 0);
  };
  check({2, 3}, "(2, 3)");
  check({5}, "(5,)");
  check({0, 384}, "(0, 384)");
  check({1000000000000, 1}, "(1000000000000, 1)");
}

TEST_CASE("a file holds the numbers in their order, bit by bit") {
  const TemporaryFolder folder;
  const std::vector<float> numbers = {0.1F, -2.0F, 1e-40F, 3e38F, 0.0F, -0.0F};
  mtt::write_npy(folder.path() / "a.npy", numbers.data(), {2, 3});
  const std::vector<float> read = npy_values(folder.path() / "a.npy", {2, 3});
  REQUIRE(read.size() == numbers.size());
  CHECK(std::memcmp(read.data(), numbers.data(), sizeof(float) * numbers.size()) == 0);
  CHECK_THROWS(npy_values(folder.path() / "a.npy", {3, 2}));
}
