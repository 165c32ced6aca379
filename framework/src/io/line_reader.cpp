#include "io/line_reader.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "io/open_file.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::size_t kReadBytes = 65536;

}  // namespace

LineReader::LineReader(const std::string& path)
    : source_(path == "-" ? "standard input" : path),
      descriptor_(path == "-" ? STDIN_FILENO : open_for_reading(path)),
      owned_(path != "-") {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return;
  is_file_ = S_ISREG(status.st_mode);
  if (is_file_) size_ = status.st_size;
  if (!S_ISDIR(status.st_mode)) return;
  if (owned_) ::close(descriptor_);
  throw Error((owned_ ? "'" + path + "'" : source_) + " is a directory; a file was expected");
}

LineReader::~LineReader() {
  if (owned_) ::close(descriptor_);
}

bool LineReader::fill() {
  if (ended_) return false;
  buffer_.erase(0, at_);
  searched_ -= at_;
  at_ = 0;
  const std::size_t filled = buffer_.size();
  buffer_.resize(filled + kReadBytes);
  ssize_t got = -1;
  do {
    got = ::read(descriptor_, buffer_.data() + filled, kReadBytes);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0)
    throw Error((owned_ ? "file '" + source_ + "'" : source_) + " cannot be read: " + reason(errno));
  ended_ = got == 0;
  return !ended_;
}

std::size_t LineReader::find_end() {
  const std::size_t end = buffer_.find('\n', searched_);
  searched_ = std::min(end, buffer_.size());
  return end;
}

bool LineReader::next(std::string& line) {
  while (find_end() == std::string::npos && buffer_.size() - at_ <= kMostLineBytes && fill()) {
  }
  const std::size_t end = find_end();
  const std::size_t bytes = std::min(end, buffer_.size()) - at_;
  if (bytes > kMostLineBytes)
    throw Error(source_ + ":" + std::to_string(number_ + 1) + ":1: the line has more than " +
                std::to_string(kMostLineBytes) + " bytes, the maximum; put one text on each line");
  if (end == std::string::npos && bytes == 0) return false;
  line.assign(buffer_, at_, end == std::string::npos ? bytes : bytes + 1);
  at_ += line.size();
  searched_ = at_;
  given_ += static_cast<std::int64_t>(line.size());
  ++number_;
  return true;
}

bool LineReader::ready(int milliseconds) {
  while (!ended_ && find_end() == std::string::npos && buffer_.size() - at_ <= kMostLineBytes) {
    pollfd input{descriptor_, POLLIN, 0};
    if (::poll(&input, 1, milliseconds) <= 0) return false;
    fill();
  }
  return true;
}

double LineReader::share() const {
  return size_ > 0 ? std::min(1.0, static_cast<double>(given_) / static_cast<double>(size_)) : 0;
}

}  // namespace mtt
