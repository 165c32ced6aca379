// How a test case reaches the process that runs it: see case_server.h.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string>

/// The descriptors that go with a request: standard input, output and error, and the working directory.
using CaseDescriptors = std::array<int, 4>;

/// The socket beside a program. Its folder is reached by a descriptor, because the address of a socket has
/// room for a short path only.
class CaseSocket {
 public:
  explicit CaseSocket(const std::filesystem::path& program)
      : folder_(::open(program.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
        descriptor_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
    const std::string path =
        "/proc/self/fd/" + std::to_string(folder_) + "/" + program.filename().string() + ".socket";
    address_.sun_family = AF_UNIX;
    std::strncpy(address_.sun_path, path.c_str(), sizeof address_.sun_path - 1);
  }
  ~CaseSocket() {
    ::close(descriptor_);
    ::close(folder_);
  }
  CaseSocket(const CaseSocket&) = delete;
  CaseSocket& operator=(const CaseSocket&) = delete;

  bool connect() const { return ::connect(descriptor_, address(), sizeof address_) == 0; }
  bool listen() const {
    constexpr int kWaiting = 64;
    remove();
    return ::bind(descriptor_, address(), sizeof address_) == 0 && ::listen(descriptor_, kWaiting) == 0;
  }
  void remove() const { ::unlink(address_.sun_path); }
  int descriptor() const { return descriptor_; }

 private:
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }

  int folder_;
  int descriptor_;
  sockaddr_un address_{};
};

/// The bytes of a request with its descriptors, for sendmsg and recvmsg.
class CaseMessage {
 public:
  explicit CaseMessage(std::string& bytes) : part_{bytes.data(), bytes.size()} {
    message_.msg_iov = &part_;
    message_.msg_iovlen = 1;
    message_.msg_control = control_;
    message_.msg_controllen = sizeof control_;
  }
  bool send(int socket, const CaseDescriptors& descriptors) {
    cmsghdr* header = CMSG_FIRSTHDR(&message_);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptors);
    std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
    return ::sendmsg(socket, &message_, MSG_NOSIGNAL) == static_cast<ssize_t>(part_.iov_len);
  }
  /// The number of bytes; 0 where there is no request with its descriptors.
  std::size_t receive(int socket, CaseDescriptors& descriptors) {
    const ssize_t count = ::recvmsg(socket, &message_, 0);
    const cmsghdr* header = CMSG_FIRSTHDR(&message_);
    if (count <= 0 || !header || header->cmsg_len != CMSG_LEN(sizeof descriptors)) return 0;
    std::memcpy(descriptors.data(), CMSG_DATA(header), sizeof descriptors);
    return static_cast<std::size_t>(count);
  }

 private:
  iovec part_;
  alignas(cmsghdr) char control_[CMSG_SPACE(sizeof(CaseDescriptors))] = {};
  msghdr message_{};
};
