#include "http/http_server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "catch.h"
#include "http_client.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace {

/// A server on a thread of its own that answers with what it got. A request to /later is answered by
/// answer_later(), from the thread that calls it; one to /lost never, and one to /throws with an exception.
class EchoServer {
 public:
  explicit EchoServer(mtt::HttpLimits limits = {}, const mtt::HttpAddress& address = {})
      : server_(address, limits,
                {.handle = [this](mtt::HttpRequest request,
                                  mtt::HttpReply reply) { handle(std::move(request), std::move(reply)); },
                 .refuse =
                     [](int status, const std::string& message, const mtt::HttpRequest& request) {
                       return mtt::HttpResponse{.status = status,
                                                .content_type = "text/plain",
                                                .body = request.method + " " + request.path + ": " + message};
                     }}),
        thread_([this] { server_.run([] {}); }) {}
  ~EchoServer() {
    server_.stop();
    join();
  }

  HttpClient client() const { return HttpClient(port()); }
  int port() const { return HttpClient::port_of(server_.url()); }
  void stop() { server_.stop(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return later_.size();
  }
  std::size_t abandoned() {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(marks_.begin(), marks_.end(), [](const auto& mark) { return mark->load(); }));
  }
  void answer_later() {
    const std::lock_guard lock(mutex_);
    for (mtt::HttpReply& reply : later_) reply({.content_type = "text/plain", .body = "late"});
    later_.clear();
  }

 private:
  void handle(mtt::HttpRequest request, mtt::HttpReply reply) {
    if (request.path == "/throws") throw mtt::Error("failed");
    if (request.path == "/lost") return;
    if (request.path == "/later") {
      const std::lock_guard lock(mutex_);
      marks_.push_back(request.abandoned);
      return later_.push_back(std::move(reply));
    }
    reply({.content_type = "text/plain", .body = request.method + " " + request.path + " " + request.body});
  }

  std::mutex mutex_;
  std::vector<mtt::HttpReply> later_;
  std::vector<std::shared_ptr<const std::atomic<bool>>> marks_;
  mtt::HttpServer server_;
  std::thread thread_;
};

const char kGet[] = "GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The status that these bytes get, after which the connection must end.
int refused(EchoServer& server, const std::string& bytes) {
  HttpClient client(server.port());
  client.send(bytes);
  const int status = status_of(client.answer());
  CHECK(client.closed());
  return status;
}

}  // namespace

TEST_CASE("requests on one connection are answered in order, those sent ahead as well") {
  EchoServer server;
  HttpClient client(server.port());
  client.send(std::string(kGet) + post_json("/x", "{}") + kGet);
  CHECK(body_of(client.answer()) == "GET /a ");
  CHECK(body_of(client.answer()) == "POST /x {}");
  CHECK(body_of(client.answer()) == "GET /a ");
  client.send("GET http://localhost/a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(body_of(client.answer()) == "GET /a ");
  client.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string head = client.answer(/*with_body=*/false);
  CHECK_THAT(head, Contains("Content-Length: 8") && Contains("Connection: close"));
  CHECK(client.closed());
}

TEST_CASE("a chunked body, a body after 100-continue and an answer from another thread are taken") {
  EchoServer server;
  HttpClient client(server.port());
  client.send(
      "POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(body_of(client.answer()) == "POST /c abcde");
  client.send("POST /e HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(status_of(client.answer(/*with_body=*/false)) == 100);
  client.send("ok");
  CHECK(body_of(client.answer()) == "POST /e ok");
  client.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (server.waiting() == 0) std::this_thread::yield();
  server.answer_later();
  CHECK(body_of(client.answer()) == "late");
}

TEST_CASE("what is no request, or exceeds a limit, gets its status and ends the connection") {
  EchoServer server({.body = 1000, .header = 500});
  const std::string host = "Host: localhost\r\n";
  CHECK(refused(server, "rubbish\r\n\r\n") == 400);
  CHECK(refused(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 400);
  CHECK(refused(server, "GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(refused(server, "GET / HTTP/1.1\r\n" + host + "A : b\r\n\r\n") == 400);
  CHECK(refused(server, "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc") ==
        400);
  CHECK(refused(server, "POST / HTTP/1.1\r\n" + host +
                            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc") == 400);
  CHECK(refused(server, "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n") ==
        400);
  CHECK(refused(server, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n-2\r\n") == 400);
  for (const char* coding : {"gzip", "identity", "chunked, chunked", "xchunked"}) {
    INFO(coding);
    CHECK(refused(server,
                  "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: " + coding + "\r\n\r\n" + kGet) == 400);
  }
  const std::string chunk = "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n";
  CHECK(refused(server, chunk + "1;" + std::string(200'000, 'a')) >= 400);
  CHECK(refused(server, chunk + "0\r\nA: " + std::string(200'000, 'a')) >= 400);
  CHECK(refused(server, "POST / HTTP/1.1\r\n" + host + "Content-Length: 1001\r\n\r\n") == 413);
  CHECK(refused(server, post_json("/", std::string(5000, 'a'))) == 413);
  CHECK(refused(server, "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1000\r\n" +
                            std::string(4096, 'a')) == 413);
  CHECK(refused(server, "GET / HTTP/1.1\r\n" + host + "A: " + std::string(600, 'b') + "\r\n\r\n") == 431);
  CHECK(refused(server, std::string(70'000, 'a')) == 431);
  CHECK(refused(server, "POST / HTTP/1.1\r\n" + host + "Expect: tea\r\nContent-Length: 1\r\n\r\na") == 417);
  HttpClient client(server.port());
  client.send(kGet);
  CHECK(status_of(client.answer()) == 200);
  client.send("POST http://localhost/long?a=b HTTP/1.1\r\n" + host + "Content-Length: 1001\r\n\r\n");
  CHECK(body_of(client.answer()) == "POST /long: the body is longer than 1000 bytes");
}

TEST_CASE("clients that are slow get status 408, silent ones are disconnected, and others wait for neither") {
  EchoServer server({.request = std::chrono::seconds(1), .idle = std::chrono::seconds(1)});
  HttpClient slow_header(server.port()), slow_body(server.port()), silent(server.port()),
      other(server.port());
  slow_header.send("GET / HT");
  slow_body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab");
  other.send(kGet);
  CHECK(status_of(other.answer()) == 200);
  CHECK(status_of(slow_header.answer()) == 408);
  CHECK(status_of(slow_body.answer()) == 408);
  CHECK(silent.closed());
  CHECK(slow_header.closed());
}

TEST_CASE("a handler that throws or forgets a request is answered with status 500") {
  EchoServer server;
  HttpClient client(server.port());
  for (const char* path : {"/throws", "/lost"}) {
    client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(status_of(client.answer()) == 500);
  }
}

TEST_CASE("connections that are dropped in the middle leave the others alone") {
  EchoServer server;
  for (int i = 0; i < 50; ++i) {
    HttpClient client(server.port());
    client.send(i % 2 ? "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nab" : kGet);
  }
  HttpClient waiting(server.port());
  waiting.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (server.waiting() == 0) std::this_thread::yield();
  waiting.close();
  server.answer_later();
  HttpClient client(server.port());
  client.send(kGet);
  CHECK(status_of(client.answer()) == 200);
}

TEST_CASE("a request whose client leaves is marked, and one whose client waits is not") {
  EchoServer server;
  HttpClient leaves(server.port()), waits(server.port());
  for (HttpClient* client : {&leaves, &waits}) {
    const std::size_t before = server.waiting();
    client->send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (server.waiting() == before) std::this_thread::yield();
  }
  leaves.close();
  while (server.abandoned() == 0) std::this_thread::yield();
  CHECK(server.abandoned() == 1);
  server.answer_later();
  CHECK(body_of(waits.answer()) == "late");
}

TEST_CASE("requests sent ahead are answered by a server that stops") {
  EchoServer server;
  HttpClient client(server.port());
  client.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n" + std::string(kGet) + kGet);
  while (server.waiting() == 0) std::this_thread::yield();
  server.stop();
  server.answer_later();
  CHECK(body_of(client.answer()) == "late");
  CHECK(status_of(client.answer()) == 200);
  CHECK_THAT(client.answer(), Contains("200 OK") && Contains("Connection: close"));
}

TEST_CASE("a server that stops answers what it received, and nothing more") {
  EchoServer server;
  HttpClient computing(server.port()), half_sent(server.port()), silent(server.port()),
      on_its_way(server.port());
  computing.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  half_sent.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab");
  while (server.waiting() == 0) std::this_thread::yield();
  on_its_way.send(kGet);
  server.stop();
  CHECK(status_of(on_its_way.answer()) == 200);
  half_sent.send("cd");
  CHECK_THAT(half_sent.answer(), Contains("POST /x abcd") && Contains("Connection: close"));
  server.answer_later();
  CHECK(body_of(computing.answer()) == "late");
  CHECK(silent.closed());
  server.join();
  CHECK_THROWS(HttpClient(server.port()));
}

TEST_CASE("a server listens on a Unix socket, and replaces one that nobody listens on") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "mtt.sock").string();
  for (int i = 0; i < 2; ++i) {
    EchoServer server({}, {.unix_path = path});
    HttpClient client(path);
    client.send(kGet);
    CHECK(status_of(client.answer()) == 200);
    if (i == 1)
      CHECK_THROWS_WITH(mtt::HttpServer({.unix_path = path}, {}, {}), Contains("another program listens"));
    // Without the server's own cleaning up, as after a kill.
    std::filesystem::rename(path, path + ".kept");
    server.stop();
    server.join();
    std::filesystem::rename(path + ".kept", path);
  }
  folder.write("file", "");
  CHECK_THROWS_WITH(mtt::HttpServer({.unix_path = (folder.path() / "file").string()}, {}, {}),
                    Contains("is not a socket"));
}

TEST_CASE("an address that cannot be had is named") {
  EchoServer server;
  CHECK_THROWS_WITH(
      mtt::HttpServer({.port = static_cast<std::uint16_t>(server.port())}, {}, {}),
      Contains("127.0.0.1:" + std::to_string(server.port())) && Contains("give another --port"));
  CHECK_THROWS_WITH(mtt::HttpServer({.host = "no such host"}, {}, {}), Contains("no such host"));
  CHECK(mtt::HttpAddress{}.is_local());
  CHECK(mtt::HttpAddress{.host = "::1"}.is_local());
  CHECK_FALSE(mtt::HttpAddress{.host = "0.0.0.0"}.is_local());
}
