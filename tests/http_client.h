// A client that sends bytes and reads what comes back, for tests of servers on this machine.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

/// A connection to 127.0.0.1, or to a Unix socket.
class HttpClient {
 public:
  explicit HttpClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  explicit HttpClient(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  /// "http://127.0.0.1:3000"
  static int port_of(const std::string& url) { return std::atoi(url.substr(url.rfind(':') + 1).c_str()); }
  ~HttpClient() { close(); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has left, which its answer tells
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  /// The next answer: header and, by its Content-Length, body. "" where the connection ends first.
  std::string answer(bool with_body = true, int milliseconds = 20'000) {
    std::size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos)
      if (!receive(milliseconds)) return {};
    end += 4;
    const std::size_t length = received_.find("Content-Length: ");
    if (with_body && length < end)
      end += static_cast<std::size_t>(std::atol(received_.c_str() + length + 16));
    while (received_.size() < end)
      if (!receive(milliseconds)) return {};
    std::string first = received_.substr(0, end);
    received_.erase(0, end);
    return first;
  }
  /// Whether the server closes the connection.
  bool closed(int milliseconds = 20'000) {
    while (receive(milliseconds)) {
    }
    return ended_;
  }

 private:
  void connect(const sockaddr* address, socklen_t size) {
    if (::connect(socket_, address, size) == 0) return;
    close();
    throw std::runtime_error("no server listens");
  }
  bool receive(int milliseconds) {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, milliseconds) <= 0) return false;
    char block[65'536];
    const ssize_t size = ::recv(socket_, block, sizeof block, 0);
    ended_ = size <= 0;
    if (size > 0) received_.append(block, static_cast<std::size_t>(size));
    return !ended_;
  }

  int socket_ = -1;
  std::string received_;
  bool ended_ = false;
};

/// The status of an answer; 0 for none.
inline int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.") && answer.size() > 12 ? std::atoi(answer.c_str() + 9) : 0;
}

inline std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

/// A POST of JSON on a connection that stays.
inline std::string post_json(const std::string& path, const std::string& body, const std::string& more = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
