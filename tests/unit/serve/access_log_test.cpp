#include "serve/access_log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"
#include "value/json.h"

namespace {

/// A pipe that is read only when asked.
class SlowReader {
 public:
  explicit SlowReader(const std::filesystem::path& path) {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    pipe_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  }
  ~SlowReader() { ::close(pipe_); }
  SlowReader(const SlowReader&) = delete;
  SlowReader& operator=(const SlowReader&) = delete;

  /// What comes until nothing has come for a second.
  std::string read() const {
    std::string text;
    char block[65'536];
    pollfd ready{pipe_, POLLIN, 0};
    while (::poll(&ready, 1, 1000) > 0) {
      const ssize_t size = ::read(pipe_, block, sizeof block);
      if (size <= 0) break;
      text.append(block, static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  int pipe_ = -1;
};

}  // namespace

TEST_CASE("lines that a reader of the access log is too slow for are counted, and their number is written") {
  const TemporaryFolder folder;
  const SlowReader reader(folder.path() / "log");
  mtt::AccessLog log((folder.path() / "log").string());
  for (int i = 0; i < 20'000; ++i) log.add({.peer = "127.0.0.1:1", .method = "GET", .path = "/health"});
  std::istringstream lines(reader.read());
  std::int64_t written = 0, lost = 0;
  for (std::string line; std::getline(lines, line);) {
    const mtt::Value value = mtt::parse_json(line, "log");
    if (const mtt::Value* number = value.find("lost"))
      lost += number->integer();
    else
      ++written;
  }
  CHECK(written >= 10'000);
  CHECK(lost > 0);
  CHECK(written + lost == 20'000);
}

TEST_CASE("an access log ends although nobody reads it") {
  const TemporaryFolder folder;
  const SlowReader reader(folder.path() / "log");
  const auto begin = std::chrono::steady_clock::now();
  {
    mtt::AccessLog log((folder.path() / "log").string());
    for (int i = 0; i < 5'000; ++i) log.add({.path = "/" + std::string(i % 2 ? 10 : 10'000, 'a')});
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("an access log that cannot be opened is named") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(mtt::AccessLog(folder.path().string()), Contains("cannot open the access log"));
}
