#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "http/connection.h"

// The bytes of a client that then sends no more, through a connection whose handler answers at once.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using Local = boost::asio::local::stream_protocol;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 0;
  mtt::ConnectionPool pool;
  pool.limits = {.body = 2000, .header = 1000};
  pool.handlers.handle = [](mtt::HttpRequest request, const mtt::HttpReply& reply) {
    if (request.body.size() > 2000) __builtin_trap();
    reply({.body = std::move(request.body)});
  };
  pool.handlers.refuse = [](int status, const std::string& message, const mtt::HttpRequest&) {
    if (status < 400) __builtin_trap();
    return mtt::HttpResponse{.status = status, .body = message};
  };
  pool.all_closed = [] {};
  boost::asio::io_context io{1};
  {
    Local::socket socket(io, Local(), ends[0]);
    std::make_shared<mtt::Connection>(mtt::Connection::Socket(std::move(socket)), "fuzz", pool)->start();
  }
  if (::write(ends[1], data, size) < 0) __builtin_trap();
  ::shutdown(ends[1], SHUT_RDWR);
  io.run();
  ::close(ends[1]);
  if (!pool.open.empty()) __builtin_trap();
  return 0;
}
