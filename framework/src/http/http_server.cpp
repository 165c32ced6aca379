#include "http/http_server.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <utility>

#include "http/connection.h"
#include "mtt/error.h"

namespace mtt {

namespace asio = boost::asio;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;

namespace {

constexpr std::size_t kReservedFiles = 64;
constexpr std::chrono::milliseconds kPauseWithoutFiles{50};

/// Lets this process open as many files as the system allows; gives how many connections that makes.
std::size_t most_connections() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024 - kReservedFiles;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ::getrlimit(RLIMIT_NOFILE, &files);
  const auto most = static_cast<std::size_t>(files.rlim_cur);
  return most > 2 * kReservedFiles ? most - kReservedFiles : most / 2;
}

std::string host_and_port(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

std::string peer_name(const tcp::socket& socket) {
  boost::system::error_code error;
  const tcp::endpoint endpoint = socket.remote_endpoint(error);
  return error ? "unknown" : host_and_port(endpoint);
}

std::string peer_name(const Local::socket&) { return "unix"; }

void prepare(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
}

void prepare(Local::socket&) {}

}  // namespace

bool HttpAddress::is_local() const {
  if (!unix_path.empty() || host == "localhost") return true;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

struct HttpServer::Impl {
  ConnectionPool pool;  // outlives the connections, which end with `io`
  asio::io_context io{1};
  std::size_t most = most_connections();
  std::optional<tcp::acceptor> tcp_acceptor;
  std::optional<Local::acceptor> local_acceptor;
  std::string url, unix_path;
  struct stat unix_file {};
  int ended_by = 0;
  asio::signal_set signals{io};
  std::function<void()> on_stop;

  void listen(const HttpAddress& address) {
    if (address.unix_path.empty())
      listen_tcp(address);
    else
      listen_local(address.unix_path);
  }

  void listen_tcp(const HttpAddress& address) {
    const std::string name = address.host + ":" + std::to_string(address.port);
    boost::system::error_code error;
    tcp::resolver resolver(io);
    const auto found = resolver.resolve(address.host, std::to_string(address.port),
                                        tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) throw Error("cannot resolve the address '" + name + "': " + error.message());
    const tcp::endpoint endpoint = found.begin()->endpoint();
    tcp_acceptor.emplace(io);
    tcp_acceptor->open(endpoint.protocol(), error);
    if (!error) tcp_acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) tcp_acceptor->bind(endpoint, error);
    if (!error) tcp_acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error)
      throw Error(
          "cannot listen on " + name + ": " + error.message() +
          (error == asio::error::address_in_use ? "; give another --port, or --port 0 for a free one" : ""));
    url = "http://" + host_and_port(tcp_acceptor->local_endpoint());
  }

  void listen_local(const std::string& path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path))
      throw Error("the path '" + path + "' of the Unix socket has " + std::to_string(path.size()) +
                  " bytes; at most " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " are allowed");
    boost::system::error_code error;
    struct stat state {};
    if (::lstat(path.c_str(), &state) == 0) {
      if (!S_ISSOCK(state.st_mode))
        throw Error("'" + path + "' exists and is not a socket; give another path");
      Local::socket probe(io);
      probe.connect(Local::endpoint(path), error);
      if (!error) throw Error("another program listens on '" + path + "'; stop it or give another path");
      if (error != asio::error::connection_refused)
        throw Error("'" + path + "' exists and cannot be used: " + error.message());
      ::unlink(path.c_str());
      error = {};
    }
    local_acceptor.emplace(io);
    local_acceptor->open(Local(), error);
    if (!error) local_acceptor->bind(Local::endpoint(path), error);
    if (!error) local_acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error) throw Error("cannot listen on '" + path + "': " + error.message());
    ::lstat(path.c_str(), &unix_file);
    unix_path = path;
    url = "unix:" + path;
  }

  void remove_local() const {
    struct stat state {};
    if (!unix_path.empty() && ::lstat(unix_path.c_str(), &state) == 0 && state.st_ino == unix_file.st_ino &&
        state.st_dev == unix_file.st_dev)
      ::unlink(unix_path.c_str());
  }

  template <class Socket>
  void take(Socket socket) {
    prepare(socket);
    std::string peer = peer_name(socket);
    const auto connection =
        std::make_shared<Connection>(Connection::Socket(std::move(socket)), std::move(peer), pool);
    if (pool.open.size() > most)
      connection->turn_away(503, "too many connections");
    else
      connection->start();
  }

  template <class Acceptor>
  void accept(Acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](const boost::system::error_code& error, auto socket) {
      if (!error) take(std::move(socket));
      if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
      if (!error) return accept(acceptor);
      const auto pause = std::make_shared<asio::steady_timer>(io, kPauseWithoutFiles);
      pause->async_wait([this, &acceptor, pause](const boost::system::error_code&) {
        if (acceptor.is_open()) accept(acceptor);
      });
    });
  }

  /// Takes the clients that the system has connected already, then listens no more.
  template <class Acceptor>
  void close(Acceptor& acceptor) {
    boost::system::error_code error;
    acceptor.non_blocking(true, error);
    while (!error) {
      typename Acceptor::protocol_type::socket socket(io);
      acceptor.accept(socket, error);
      if (!error) take(std::move(socket));
    }
    acceptor.close(error);
  }

  void stop() {
    if (pool.stopping) return io.stop();
    pool.stopping = true;
    if (on_stop) on_stop();
    if (tcp_acceptor) close(*tcp_acceptor);
    if (local_acceptor) close(*local_acceptor);
    if (pool.open.empty()) return io.stop();
    const std::vector<Connection*> open(pool.open.begin(), pool.open.end());
    for (Connection* connection : open) connection->finish();
    wait_for_signal();
  }

  void wait_for_signal() {
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (pool.stopping) ended_by = signal;
      stop();
    });
  }
};

HttpServer::HttpServer(const HttpAddress& address, const HttpLimits& limits, HttpHandlers handlers)
    : impl_(std::make_unique<Impl>()) {
  impl_->pool.limits = limits;
  impl_->pool.handlers = std::move(handlers);
  impl_->pool.all_closed = [impl = impl_.get()] { impl->io.stop(); };
  impl_->listen(address);
  impl_->signals.add(SIGINT);
  impl_->signals.add(SIGTERM);
}

HttpServer::~HttpServer() {
  impl_->pool.all_closed = [] {};
  impl_->remove_local();
}

const std::string& HttpServer::url() const { return impl_->url; }

int HttpServer::run(std::function<void()> on_stop) {
  impl_->on_stop = std::move(on_stop);
  impl_->wait_for_signal();
  if (impl_->tcp_acceptor) impl_->accept(*impl_->tcp_acceptor);
  if (impl_->local_acceptor) impl_->accept(*impl_->local_acceptor);
  impl_->io.run();
  return impl_->ended_by;
}

void HttpServer::stop() {
  asio::post(impl_->io, [impl = impl_.get()] { impl->stop(); });
}

}  // namespace mtt
