#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>
#include <thread>

#include "catch.h"
#include "http_client.h"
#include "program.h"
#include "served.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "training_experiment.h"
#include "value/json.h"

namespace {

namespace fs = std::filesystem;

struct ServedEncoder {
  TemporaryFolder folder;
  Server server;

  explicit ServedEncoder(std::vector<std::string> more = {})
      : server(folder.path(), model(folder.path() / "model"), std::move(more)) {}
  static fs::path model(const fs::path& folder) {
    write_tiny_model(folder);
    return folder;
  }
};

/// A run of three heads, made once.
struct ServedRun {
  Training training{2};
  std::optional<Server> server;

  ServedRun() {
    REQUIRE(training.run("run").code == 0);
    server.emplace(training.folder.path(), training.out("run"));
  }
};

}  // namespace

TEST_CASE("vectors of the server are those of encode, in every shape") {
  const ServedEncoder served;
  const Server& server = served.server;
  const fs::path model = served.folder.path() / "model";
  const Outcome encoded =
      mtt_program({"encode", "--model", model.string()}, "play some music\nrain at six\n");
  REQUIRE(encoded.code == 0);
  const std::string first = encoded.out.substr(0, encoded.out.find('\n'));
  const mtt::Value expected = mtt::parse_json(first, "line").at("embedding");
  const std::string row = expected.json();

  CHECK_THAT(body_of(server.post("/v1/embeddings", R"({"input": ["play some music", "rain at six"]})")),
             Contains("\"embedding\":" +
                      first.substr(first.find("[")).substr(0, first.rfind(']') - first.find('[') + 1)));
  for (const char* path : {"/embed", "/"})
    CHECK(server.json(path, R"({"inputs": "play some music"})").array()[0].json() == row);
  CHECK(server.json("/embed", R"({"inputs": ["play some music"], "parameters": {}})").array()[0].json() ==
        row);
  const mtt::Value tasks = server.json("/tasks", R"({"inputs": ["rain at six", "play some music"]})");
  CHECK(tasks.at("results").array()[1].at("embedding").json() == row);
  CHECK(tasks.at("model").string() == "model");

  mtt::Value::Array ids;
  const mtt::Value tokens = server.json("/tokenize", R"({"inputs": "play some music"})").array()[0];
  for (const mtt::Value& token : tokens.array()) ids.push_back(token.at("id"));
  CHECK(server.json("/embed", "{\"inputs\": " + mtt::Value(ids).json() + "}").array()[0].json() == row);
  CHECK(tokens.array()[1].at("text").string() == "play");
  CHECK(tokens.array()[1].at("stop").integer() == 4);
  CHECK(tokens.array().front().at("start").is(mtt::Value::Kind::null));

  const mtt::Value all = server.json("/embed_all", R"({"inputs": ["play", "play some music"]})");
  CHECK(all.array()[1].array().size() == tokens.array().size());
  const mtt::Value similar = server.json(
      "/similarity", R"({"inputs": {"source_sentence": "play", "sentences": ["play", "rain at six"]}})");
  CHECK(similar.array()[0].number() == Approx(1));
  CHECK(similar.array()[1].number() < 0.9999);
}

TEST_CASE("the server names the model, its limits and its counts") {
  const ServedEncoder served;
  CHECK_THAT(body_of(served.server.get("/v1/models")), Contains("\"id\":\"model\""));
  CHECK_THAT(body_of(served.server.get("/info")), Contains("\"max_client_batch_size\":32"));
  CHECK(status_of(served.server.get("/health")) == 200);
  served.server.post("/embed", R"({"inputs": ["play", "rain"]})");
  served.server.post("/embed", R"({"inputs": []})");
  CHECK_THAT(body_of(served.server.get("/metrics")), Contains("te_request_success{method=\"batch\"} 1\n") &&
                                                         Contains("te_request_failure{err=\"empty\"} 1\n"));
  CHECK_THAT(body_of(served.server.get("/openapi.json")), Contains("\"openapi\":\"3.1.0\""));
  const std::string page = served.server.get("/");
  CHECK_THAT(page, Contains("text/html") && Contains("script-src 'self'") &&
                       Contains("<title>model, served by mtt</title>"));
  CHECK_THAT(served.server.get("/page.js"), Contains("text/javascript"));
}

TEST_CASE("requests that are wrong get the status and the shape of the interface they use") {
  const ServedEncoder served({"--max-client-batch-size", "2", "--payload-limit", "1000"});
  const Server& server = served.server;
  const auto refused = [&](const std::string& path, const std::string& body, int status,
                           const std::string& part) {
    const std::string answer = server.post(path, body);
    INFO(path << " " << body << "\n" << answer);
    CHECK(status_of(answer) == status);
    CHECK_THAT(body_of(answer), Contains(part));
  };
  refused("/embed", "{\"inputs\": }", 400, "\"error_type\":\"Validation\"");
  refused("/embed", "\xff", 400, "UTF-8");
  refused("/embed", "[]", 422, "expected an object");
  refused("/embed", "{}", 422, "'inputs' is missing");
  refused("/embed", R"({"inputs": []})", 400, "\"error_type\":\"Empty\"");
  refused("/embed", R"({"inputs": ["a", "b", "c"]})", 422, "batch size 3 > maximum allowed batch size 2");
  refused("/embed", R"({"inputs": "a", "dimensions": 0})", 422, "dimensions");
  refused("/embed", R"({"inputs": "a", "prompt_name": "x"})", 422, "no prompt \\\"x\\\"");
  refused("/embed", R"({"inputs": "a", "truncation_direction": "up"})", 422, "direction");
  refused("/embed", "{\"inputs\": \"" + std::string(2000, 'a') + "\"}", 413, "1000 bytes");
  std::string words = "play";
  for (int i = 0; i < 100; ++i) words += " play";
  refused("/embed", "{\"truncate\": false, \"inputs\": \"" + words + "\"}", 422,
          "or set \\\"truncate\\\" to true");
  std::string ids = "[1";
  for (int i = 0; i < 100; ++i) ids += ",1";
  for (const char* path : {"/embed", "/embed_all"})
    refused(path, "{\"truncate\": false, \"inputs\": " + ids + "]}", 422, "tokens; shorten it\"");
  refused("/v1/embeddings", "{\"input\": " + ids + "]}", 400, "tokens; shorten it\"");
  refused("/v1/embeddings", "{\"input\": \"" + std::string(2000, 'a') + "\"}", 413, "\"code\":null");
  refused("/predict", R"({"inputs": "a"})", 424, "no task");
  refused("/rerank", R"({"query": "a", "texts": ["b"]})", 424, "no task");
  refused("/tasks", R"({"inputs": "a", "tasks": ["x"]})", 422, "no task \\\"x\\\"");
  refused("/tasks", R"({"input": "a"})", 422, "unknown key \\\"input\\\"");
  refused("/tasks", R"({"inputs": [["a", "b"]]})", 422, "no task of the model reads pairs");
  refused("/nowhere", "{}", 404, "\"error_type\":\"NotFound\"");
  refused("/v1/nowhere", "{}", 404, "\"type\":\"invalid_request_error\"");
  refused("/v1/embeddings", R"({"input": []})", 400, "\"param\":\"input\"");
  refused("/v1/embeddings", R"({"input": "a", "dimensions": 2})", 400, "\"type\":\"invalid_request_error\"");
  refused("/v1/embeddings", R"({"input": "a", "encoding_format": "int8"})", 400,
          "\"param\":\"encoding_format\"");
  refused("/v1/embeddings", R"({"input": 3})", 400, "expected a string or an array");
  const std::string wrong_method = server.get("/embed");
  CHECK(status_of(wrong_method) == 405);
  CHECK_THAT(wrong_method, Contains("Allow: POST"));
  HttpClient text(server.port());
  text.send("POST /embed HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\na");
  CHECK(status_of(text.answer()) == 415);
}

TEST_CASE("with an API key, only /health, /metrics and the page answer without it") {
  const ServedEncoder served({"--api-key", "secret"});
  const std::string body = R"({"inputs": "play"})";
  const auto with = [&](const std::string& key) {
    return status_of(served.server.post("/embed", body, "Authorization: " + key + "\r\n"));
  };
  CHECK(status_of(served.server.post("/embed", body)) == 401);
  CHECK_THAT(served.server.post("/v1/embeddings", R"({"input": "play"})"),
             Contains("\"code\":\"invalid_api_key\""));
  CHECK(with("Bearer secre") == 401);
  CHECK(with("Bearer secrets") == 401);
  CHECK(with("Bearer ") == 401);
  CHECK(with("secret") == 401);
  CHECK(with("Bearer secret") == 200);
  CHECK(status_of(served.server.get("/info")) == 401);
  for (const char* path : {"/health", "/metrics", "/openapi.json", "/"})
    CHECK(status_of(served.server.get(path)) == 200);
}

TEST_CASE("/tasks and /predict give the predictions of predict") {
  const ServedRun served;
  const Server& server = *served.server;
  const Outcome predicted = mtt_program({"predict", "--model", served.training.out("run").string()},
                                        "play some music\nwake me at six\n");
  REQUIRE(predicted.code == 0);
  const mtt::Value answer = server.json("/tasks", R"({"inputs": ["play some music", "wake me at six"]})");
  std::istringstream lines(predicted.out);
  std::string line;
  for (const mtt::Value& result : answer.at("results").array()) {
    REQUIRE(std::getline(lines, line));
    mtt::Value expected = mtt::parse_json(line, "line");
    expected.table().erase(expected.table().begin());  // the text
    CHECK(result.at("tasks").json() == expected.json());
    CHECK(result.at("skipped").array().empty());
  }
  const mtt::Value some =
      server.json("/tasks", R"({"inputs": "play", "tasks": ["slots"], "embedding": false})");
  CHECK(some.at("results").array()[0].table().size() == 2);
  CHECK(some.at("results").array()[0].at("tasks").table().size() == 1);

  const Outcome top =
      mtt_program({"predict", "--model", served.training.out("run").string(), "--top", "all"}, "play\n");
  const mtt::Value classes =
      mtt::parse_json(top.out.substr(0, top.out.find('\n')), "line").at("mood").at("top");
  const mtt::Value scores = server.json("/predict/mood", R"({"inputs": "play"})");
  REQUIRE(scores.array().size() == 2);
  for (std::size_t i = 0; i < 2; ++i)
    for (const char* key : {"label", "score"})
      CHECK(scores.array()[i].at(key).json() == classes.array()[i].at(key).json());
  const mtt::Value batch =
      server.json("/predict/mood", R"({"inputs": [["play"], ["rain"]], "raw_scores": true})");
  REQUIRE(batch.array().size() == 2);
  const double raw =
      batch.array()[0].array()[0].at("score").number() - batch.array()[0].array()[1].at("score").number();
  CHECK(1 / (1 + std::exp(-raw)) == Approx(scores.array()[0].at("score").number()).epsilon(1e-5));
  CHECK(server.json("/predict/mood", R"({"inputs": "play", "parameters": {"top_k": 1}})").array().size() ==
        1);

  const std::string several = server.post("/predict", R"({"inputs": "play"})");
  CHECK(status_of(several) == 422);
  CHECK_THAT(several, Contains("'intent', 'mood'") && Contains("/predict/intent"));
  CHECK(status_of(server.post("/predict/slots", R"({"inputs": "play"})")) == 424);
  CHECK_THAT(server.post("/predict/mood", R"({"inputs": ["a", "b"]})"), Contains("reads single texts"));
}

TEST_CASE("a head on pairs ranks texts, and is skipped where a second text is missing") {
  const TemporaryFolder folder;
  write_tiny_model(folder.path() / "model");
  folder.write(
      "e.toml",
      "[backbone]\nmodel = \"./model\"\n[tasks.intent]\nhead = \"classification\"\ntrain = \"t.jsonl\"\n"
      "[tasks.alike]\nhead = \"similarity\"\ntrain = \"p.jsonl\"\n[train]\nepochs = 1\n");
  folder.write("t.jsonl",
               "{\"text\": \"play\", \"intent\": \"a\"}\n{\"text\": \"wake me\", \"intent\": \"b\"}\n");
  folder.write("p.jsonl",
               "{\"text\": \"play\", \"text_pair\": \"play music\", \"alike\": 1.0}\n"
               "{\"text\": \"play\", \"text_pair\": \"wake me\", \"alike\": 0.0}\n");
  const fs::path run = folder.path() / "run";
  const Outcome trained = mtt_program({"run", (folder.path() / "e.toml").string(), "--out", run.string()});
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  const Server server(folder.path(), run);

  const std::vector<std::string> texts = {"rain at six", "play music", "wake me"};
  std::string lines;
  for (const std::string& text : texts) lines += "{\"text\": \"play\", \"text_pair\": \"" + text + "\"}\n";
  std::istringstream predicted(
      mtt_program({"predict", "--model", run.string(), "--field", "text"}, lines).out);
  std::vector<double> scores;
  for (std::string line; std::getline(predicted, line);)
    scores.push_back(mtt::parse_json(line, "line").at("alike").at("similarity").number());
  REQUIRE(scores.size() == 3);
  const mtt::Value ranked = server.json(
      "/rerank",
      R"({"query": "play", "texts": ["rain at six", "play music", "wake me"], "return_text": true})");
  REQUIRE(ranked.array().size() == 3);
  double last = 2;
  for (const mtt::Value& entry : ranked.array()) {
    const auto index = static_cast<std::size_t>(entry.at("index").integer());
    CHECK(entry.at("score").number() == scores[index]);
    CHECK(entry.at("score").number() <= last);
    CHECK(entry.at("text").string() == texts[index]);
    last = entry.at("score").number();
  }

  const mtt::Value mixed = server.json("/tasks", R"({"inputs": ["play", ["play", "wake me"]]})");
  const mtt::Value::Array& results = mixed.at("results").array();
  CHECK(results[0].at("skipped").json() == "[\"alike\"]");
  CHECK(results[0].at("tasks").table().size() == 1);
  CHECK(results[1].at("skipped").array().empty());
  CHECK(results[1].at("tasks").at("alike").at("similarity").number() == scores[2]);
  CHECK(results[1].at("embedding").json() == results[0].at("embedding").json());
  const std::string named = server.post("/tasks", R"({"inputs": "play", "tasks": ["alike"]})");
  CHECK(status_of(named) == 422);
  CHECK_THAT(named, Contains("input 1 has no prediction of 'alike'"));
}

TEST_CASE("more requests than the limit get status 429, and the others are answered") {
  const ServedEncoder served({"--max-concurrent-requests", "1"});
  std::string texts;
  for (int i = 0; i < 2000; ++i)
    texts += std::string(i > 0 ? "," : "") + "\"play some music at six, loud rain\"";
  const std::string large = "{\"input\": [" + texts + "]}";
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<HttpClient>(served.server.port()));
    clients.back()->send(post_json("/v1/embeddings", large));
  }
  int refused = 0, answered = 0;
  for (const auto& client : clients) {
    const std::string answer = client->answer();
    answered += status_of(answer) == 200;
    if (status_of(answer) != 429) continue;
    ++refused;
    CHECK_THAT(answer, Contains("Retry-After: 1") && Contains("\"type\":\"rate_limit_error\""));
  }
  CHECK(refused > 0);
  CHECK(answered > 0);
  CHECK(refused + answered == 8);
  CHECK(status_of(served.server.post("/embed", R"({"inputs": "play"})")) == 200);
}

TEST_CASE("SIGTERM under load loses no request that was sent") {
  ServedEncoder served;
  std::atomic<int> sent = 0, answered = 0;
  std::vector<std::unique_ptr<HttpClient>> connections;
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) {
    connections.push_back(std::make_unique<HttpClient>(served.server.port()));
    clients.emplace_back([&, &client = *connections.back()] {
      for (std::string answer; answer.find("Connection: close") == std::string::npos; ++answered) {
        client.send(post_json("/embed", R"({"inputs": ["play some music", "rain"]})"));
        ++sent;
        answer = client.answer();
        if (status_of(answer) != 200) return;
      }
    });
  }
  for (int i = 0; i < 60'000 && answered < 50; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(answered >= 50);
  served.server.send(SIGTERM);
  CHECK(served.server.wait() == 0);
  for (std::thread& client : clients) client.join();
  CHECK(sent == answered);
}

TEST_CASE("SIGTERM ends a server whose standard output nobody reads, after its last answer") {
  const TemporaryFolder folder;
  write_tiny_model(folder.path() / "model");
  const fs::path out = folder.path() / "out";
  REQUIRE(::mkfifo(out.c_str(), 0600) == 0);
  RunningProgram program({"serve", "--model", (folder.path() / "model").string(), "--port", "0"}, out,
                         folder.path() / "err");
  std::string line;
  {
    std::ifstream reader(out);
    std::getline(reader, line);
  }
  std::smatch port;
  REQUIRE(std::regex_search(line, port, std::regex("http://127.0.0.1:([0-9]+)")));
  HttpClient client(std::stoi(port[1]));
  const std::string request = post_json("/embed", R"({"inputs": "play"})");
  client.send(request.substr(0, request.size() - 1));
  program.send(SIGTERM);
  while (file_text(folder.path() / "err").find("standard output") == std::string::npos && !program.ended())
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  client.send(request.substr(request.size() - 1));
  CHECK(status_of(client.answer()) == 200);
  CHECK(program.wait() == 0);
}

TEST_CASE("a second signal ends the server at once, also if nobody reads its access log") {
  const TemporaryFolder logs;
  const fs::path log = logs.path() / "log";
  REQUIRE(::mkfifo(log.c_str(), 0600) == 0);
  const int reader = ::open(log.c_str(), O_RDONLY | O_NONBLOCK);
  ServedEncoder served({"--access-log", log.string()});
  HttpClient client(served.server.port());
  for (int i = 0; i < 1000; ++i) {
    client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    REQUIRE(status_of(client.answer(/*with_body=*/false)) == 200);
  }
  const std::string request = post_json("/embed", R"({"inputs": "play"})");
  client.send(request.substr(0, request.size() - 1));
  const auto begin = std::chrono::steady_clock::now();
  served.server.send(SIGTERM);
  while (file_text(served.folder.path() / "serve.out").find("Stopping") == std::string::npos)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  served.server.send(SIGTERM);
  CHECK(served.server.wait() == 128 + SIGTERM);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  ::close(reader);
}

TEST_CASE("a client that leaves before its answer is counted and logged as such") {
  const TemporaryFolder logs;
  const std::string log = (logs.path() / "access.jsonl").string();
  ServedEncoder served({"--access-log", log});
  std::string texts = "\"play\"";
  for (int i = 0; i < 2000; ++i) texts += ",\"play some music at six, loud rain\"";
  {
    HttpClient client(served.server.port());
    client.send(post_json("/v1/embeddings", "{\"input\": [" + texts + "]}"));
  }
  std::string metrics;
  while (metrics.find("te_request_failure") == std::string::npos &&
         metrics.find("te_embed_success") == std::string::npos)
    metrics = served.server.get("/metrics");
  CHECK_THAT(metrics, Contains("te_request_failure{err=\"cancelled\"} 1\n"));
  served.server.send(SIGTERM);
  CHECK(served.server.wait() == 0);
  CHECK_THAT(file_text(log), Contains("\"status\":499"));
}

TEST_CASE("more connections than the system allows get status 503") {
  const TemporaryFolder folder;
  write_tiny_model(folder.path() / "model");
  const Server server(folder.path(), folder.path() / "model", {}, {.open_files = 192});
  std::vector<std::unique_ptr<HttpClient>> idle;
  for (int i = 0; i < 128; ++i) idle.push_back(std::make_unique<HttpClient>(server.port()));
  HttpClient refused(server.port());
  CHECK_THAT(refused.answer(), Contains("503") && Contains("too many connections"));
  CHECK(refused.closed());
  idle.back()->send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(status_of(idle.back()->answer(/*with_body=*/false)) == 200);
}

TEST_CASE("a model has its name also if its path ends with a slash") {
  const TemporaryFolder folder;
  write_tiny_model(folder.path() / "model");
  const Server server(folder.path(), folder.path() / "model" / "");
  CHECK_THAT(body_of(server.get("/info")), Contains("\"model_id\":\"model\""));
  CHECK_THAT(body_of(server.get("/")), Contains("data-most=\"32\""));
}

TEST_CASE("the access log has one line for each request, without its text") {
  const TemporaryFolder logs;
  const std::string log = (logs.path() / "access.jsonl").string();
  ServedEncoder served({"--access-log", log});
  served.server.post("/embed", R"({"inputs": ["play some music", "rain"]})");
  served.server.get("/nowhere");
  served.server.send(SIGTERM);
  REQUIRE(served.server.wait() == 0);
  const std::string text = file_text(log);
  REQUIRE(std::count(text.begin(), text.end(), '\n') == 2);
  const mtt::Value first = mtt::parse_json(text.substr(0, text.find('\n')), "log");
  CHECK(first.at("path").string() == "/embed");
  CHECK(first.at("status").integer() == 200);
  CHECK(first.at("inputs").integer() == 2);
  CHECK(first.at("tokens").integer() > 4);
  CHECK_THAT(text, Contains("\"status\":404") && !Contains("music"));
}

TEST_CASE("a port in use, and a host that everybody reaches without a key, are named") {
  const ServedEncoder served;
  const Outcome second = mtt_program({"serve", "--model", (served.folder.path() / "model").string(), "--port",
                                      std::to_string(served.server.port())});
  check_sentence(second, "give another --port");
  const TemporaryFolder folder;
  const Server open(folder.path(), served.folder.path() / "model", {"--host", "0.0.0.0"});
  CHECK_THAT(open.error(), Contains("mtt: warning: the server listens on 0.0.0.0 without an API key"));
  const std::vector<std::string> arguments = {"serve", "--model", (served.folder.path() / "model").string()};
  check_sentence(mtt_program(arguments, "", {"MTT_API_KEY="}),
                 "the API key (--api-key or MTT_API_KEY) is empty");
}
