// The server, run as a user runs it, and requests to it.
#pragma once

#include <chrono>
#include <filesystem>
#include <regex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.h"
#include "http_client.h"
#include "program.h"
#include "temporary_folder.h"
#include "value/json.h"

/// `mtt serve` on a free port, which answers when it is made.
class Server {
 public:
  Server(const std::filesystem::path& folder, const std::filesystem::path& model,
         std::vector<std::string> more = {}, const ProgramLimits& limits = {})
      : out_(folder / "serve.out"),
        err_(folder / "serve.err"),
        program_(arguments(model, std::move(more)), out_, err_, limits) {
    while (!program_.ended() && file_text(out_).find("stop with") == std::string::npos)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::smatch found;
    const std::string said = file_text(out_);
    if (std::regex_search(said, found, std::regex("on http://127.0.0.1:([0-9]+)")))
      port_ = std::stoi(found[1]);
  }

  int port() const { return port_; }
  std::string error() const { return file_text(err_); }
  void send(int signal) { program_.send(signal); }
  int wait() { return program_.wait(); }

  /// The answer to a request on a connection of its own.
  std::string get(const std::string& path, const std::string& more = "") const {
    HttpClient client(port_);
    client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n");
    return client.answer();
  }
  std::string post(const std::string& path, const std::string& body, const std::string& more = "") const {
    HttpClient client(port_);
    client.send(post_json(path, body, more));
    return client.answer();
  }
  mtt::Value json(const std::string& path, const std::string& body) const {
    const std::string answer = post(path, body);
    INFO(answer);
    CHECK(status_of(answer) == 200);
    return mtt::parse_json(body_of(answer), path);
  }

 private:
  static std::vector<std::string> arguments(const std::filesystem::path& model,
                                            std::vector<std::string> more) {
    std::vector<std::string> all = {"serve", "--model", model.string(), "--port", "0", "--threads", "2"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::filesystem::path out_, err_;
  RunningProgram program_;
  int port_ = 0;
};
