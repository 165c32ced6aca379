#include "http/connection.h"

#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <exception>
#include <functional>
#include <utility>

namespace mtt {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::chrono::seconds kLeaving{2};
constexpr std::chrono::seconds kWriting{60};    // for a client to take its answer
constexpr std::chrono::seconds kLastChance{1};  // for a request on its way while the server stops
constexpr std::size_t kMostDiscarded = 16 << 20;
constexpr std::size_t kKeptBuffer = 16 << 10;
constexpr std::size_t kReadAhead = 64 << 10;

std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }

/// The path of a target, which may be a whole URL.
std::string path_of(std::string target) {
  for (const char* scheme : {"http://", "https://"})
    if (target.starts_with(scheme)) {
      const std::size_t path = target.find('/', std::string(scheme).size());
      target = path == std::string::npos ? "/" : target.substr(path);
    }
  return target.substr(0, target.find('?'));
}

/// Brings the answer of a request to its connection, on the thread of the server. One that is dropped without
/// an answer is answered with an error.
class PendingReply {
 public:
  PendingReply(Connection::Socket::executor_type executor, std::function<void(HttpResponse)> write)
      : executor_(std::move(executor)), write_(std::move(write)) {}
  ~PendingReply() { answer({.status = 500, .content_type = ""}); }
  PendingReply(const PendingReply&) = delete;
  PendingReply& operator=(const PendingReply&) = delete;

  void answer(HttpResponse response) {
    if (!write_) return;
    // The connection moves along: it must not end on another thread.
    asio::post(executor_, [write = std::exchange(write_, nullptr), response = std::move(response)]() mutable {
      write(std::move(response));
    });
  }

 private:
  Connection::Socket::executor_type executor_;
  std::function<void(HttpResponse)> write_;
};

}  // namespace

Connection::Connection(Socket socket, std::string peer, ConnectionPool& pool)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      peer_(std::move(peer)),
      pool_(pool),
      buffer_(pool.limits.header + kReadAhead) {
  pool_.open.insert(this);
}

Connection::~Connection() {
  pool_.open.erase(this);
  if (pool_.stopping && pool_.open.empty()) pool_.all_closed();
}

void Connection::finish() {
  if (state_ == State::waiting) set_deadline(kLastChance);
}

void Connection::wait_for_request() {
  state_ = State::waiting;
  if (buffer_.size() > 0) return read_header();
  if (buffer_.capacity() > kKeptBuffer) buffer_.shrink_to_fit();
  pool_.stopping ? set_deadline(kLastChance) : set_deadline(pool_.limits.idle);
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const Error& error) {
    error ? self->close() : self->read_header();
  });
}

void Connection::read_header() {
  state_ = State::reading;
  parser_.emplace();
  parser_->body_limit(pool_.limits.body);
  parser_->header_limit(pool_.limits.header);
  set_deadline(pool_.limits.request);
  http::async_read_header(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](const Error& error, std::size_t) { self->on_header(error); });
}

void Connection::on_header(const Error& error) {
  if (error) return refuse_after(error);
  const auto& message = parser_->get();
  version_ = message.version();
  head_ = message.method() == http::verb::head;
  if (version_ >= 11 && message.count(http::field::host) != 1)
    return refuse(400, "the request must have exactly one Host header");
  if (message.count(http::field::transfer_encoding) > 0 &&
      (version_ < 11 || message.count(http::field::transfer_encoding) > 1 ||
       !boost::beast::iequals(message[http::field::transfer_encoding], "chunked")))
    return refuse(400, "unsupported transfer encoding; expected chunked");
  const auto expect = message[http::field::expect];
  if (expect.empty() || version_ < 11) return read_body();
  if (!boost::beast::iequals(expect, "100-continue"))
    return refuse(417, "unsupported Expect header; expected 100-continue");
  static constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(kContinue, sizeof kContinue - 1),
                    [self = shared_from_this()](const Error& failed, std::size_t) {
                      failed ? self->close() : self->read_body();
                    });
}

void Connection::read_body() {
  http::async_read(socket_, buffer_, *parser_,
                   [self = shared_from_this()](const Error& error, std::size_t) { self->on_request(error); });
}

void Connection::on_request(const Error& error) {
  if (error) return refuse_after(error);
  deadline_.cancel();
  state_ = State::handling;
  HttpRequest request = request_head();
  auto message = parser_->release();
  parser_.reset();
  keep_alive_ = message.keep_alive();
  request.content_type = text_of(message[http::field::content_type]);
  request.authorization = text_of(message[http::field::authorization]);
  request.body = std::move(message.body());
  abandoned_ = std::make_shared<std::atomic<bool>>(false);
  request.abandoned = abandoned_;
  watch_for_end();
  try {
    pool_.handlers.handle(std::move(request), make_reply());
  } catch (const std::exception&) {
    return;  // the reply, dropped, is answered with status 500
  }
}

HttpRequest Connection::request_head() const {
  HttpRequest request;
  request.peer = peer_;
  if (!parser_) return request;
  request.method = text_of(parser_->get().method_string());
  request.path = path_of(text_of(parser_->get().target()));
  return request;
}

// A client that sends its next request ahead is not watched any more.
void Connection::watch_for_end() {
  socket_.async_wait(
      Socket::wait_read, [self = shared_from_this(), abandoned = abandoned_](const Error& error) {
        if (error || self->state_ != State::handling || self->abandoned_ != abandoned) return;
        char byte = 0;
        const auto received = ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (received == 0 || (received < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) *abandoned = true;
      });
}

HttpReply Connection::make_reply() {
  const auto pending = std::make_shared<PendingReply>(
      socket_.get_executor(),
      [self = shared_from_this()](HttpResponse response) { self->write(std::move(response)); });
  return [pending](HttpResponse response) { pending->answer(std::move(response)); };
}

void Connection::refuse_after(const Error& error) {
  if (timed_out_)
    return refuse(408, "the request was not complete within " + std::to_string(pool_.limits.request.count()) +
                           " seconds");
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != http::make_error_code(http::error::bad_method).category())
    return close();
  if (error == http::error::body_limit)
    return refuse(413, "the body is longer than " + std::to_string(pool_.limits.body) + " bytes");
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return refuse(431, "the header is longer than " + std::to_string(pool_.limits.header) + " bytes");
  refuse(400, "not a valid HTTP request: " + error.message());
}

void Connection::refuse(int status, const std::string& message) {
  keep_alive_ = false;
  write(pool_.handlers.refuse(status, message, request_head()));
}

void Connection::write(HttpResponse response) {
  // What a client sent ahead was received, and is answered, too.
  keep_alive_ = keep_alive_ && (!pool_.stopping || buffer_.size() > 0);
  state_ = State::writing;
  set_deadline(kWriting);
  const auto fill = [&](auto& message) {
    message.version(version_ < 11 ? 10 : 11);
    message.result(static_cast<unsigned>(response.status));
    message.keep_alive(keep_alive_);
    if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.content_length(response.body.size());
  };
  if (head_) {
    const auto message = std::make_shared<http::response<http::empty_body>>();
    fill(*message);
    return write_message(message, std::move(response.kept));
  }
  const auto message = std::make_shared<http::response<http::string_body>>();
  fill(*message);
  message->body() = std::move(response.body);
  write_message(message, std::move(response.kept));
}

template <class Body>
void Connection::write_message(std::shared_ptr<http::response<Body>> message, std::shared_ptr<void> kept) {
  http::async_write(socket_, *message,
                    [self = shared_from_this(), message, kept = std::move(kept)](
                        const Error& error, std::size_t) { self->on_written(error); });
}

void Connection::on_written(const Error& error) {
  if (error && error != http::error::end_of_stream) return close();
  head_ = false;
  keep_alive_ ? wait_for_request() : leave();
}

// A socket that is closed with unread bytes takes the answer from its client.
void Connection::leave() {
  if (state_ != State::leaving) {
    state_ = State::leaving;
    Error ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    set_deadline(kLeaving);
  }
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(kKeptBuffer),
                          [self = shared_from_this()](const Error& error, std::size_t count) {
                            self->discarded_ += count;
                            error || self->discarded_ > kMostDiscarded ? self->close() : self->leave();
                          });
}

void Connection::close() {
  deadline_.cancel();
  Error ignored;
  socket_.close(ignored);
}

void Connection::set_deadline(std::chrono::steady_clock::duration duration) {
  deadline_.expires_after(duration);
  deadline_.async_wait([weak = weak_from_this()](const Error& error) {
    if (const auto self = weak.lock(); self && !error) self->on_deadline();
  });
}

void Connection::on_deadline() {
  if (deadline_.expiry() > std::chrono::steady_clock::now()) return;  // set anew in the meantime
  if (state_ == State::handling) return;
  if (state_ != State::reading || timed_out_) return close();
  timed_out_ = true;
  set_deadline(kLeaving);
  Error ignored;
  socket_.cancel(ignored);
}

}  // namespace mtt
