// A connection of the HTTP server.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "http/http_server.h"

namespace mtt {

class Connection;

/// What all connections of a server share.
struct ConnectionPool {
  HttpLimits limits;
  HttpHandlers handlers;
  std::unordered_set<Connection*> open = {};
  bool stopping = false;
  std::function<void()> all_closed = {};  ///< called when the last connection closes while stopping
};

/// Reads requests one after another and writes their answers. It lives as long as an operation is under way,
/// and belongs to the thread of the server.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  Connection(Socket socket, std::string peer, ConnectionPool& pool);
  ~Connection();

  /// Waits for requests.
  void start() { wait_for_request(); }
  /// Refuses the client without reading a request.
  void turn_away(int status, const std::string& message) { refuse(status, message); }
  /// Answers what was received, then closes.
  void finish();

 private:
  using Error = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  enum class State { waiting, reading, handling, writing, leaving };

  void wait_for_request();
  void read_header();
  void on_header(const Error& error);
  void read_body();
  void on_request(const Error& error);
  /// What is known of the request that is read.
  HttpRequest request_head() const;
  HttpReply make_reply();
  void refuse(int status, const std::string& message);
  void refuse_after(const Error& error);
  void write(HttpResponse response);
  template <class Body>
  void write_message(std::shared_ptr<boost::beast::http::response<Body>> message, std::shared_ptr<void> kept);
  void on_written(const Error& error);
  void watch_for_end();
  void leave();
  void close();
  void set_deadline(std::chrono::steady_clock::duration duration);
  void on_deadline();

  Socket socket_;
  boost::asio::steady_timer deadline_;
  std::string peer_;
  ConnectionPool& pool_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  State state_ = State::waiting;
  bool timed_out_ = false;
  bool keep_alive_ = false;
  bool head_ = false;                             ///< the request is HEAD: the answer has no body
  unsigned version_ = 11;                         ///< of the request
  std::shared_ptr<std::atomic<bool>> abandoned_;  ///< of the request that is handled
  std::size_t discarded_ = 0;                     ///< bytes read while leaving
};

}  // namespace mtt
