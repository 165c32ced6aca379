#include "serve/serve.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "failure.h"
#include "model_option.h"
#include "mtt/error.h"
#include "verbs.h"

namespace mtt {
namespace {

/// Nobody may read standard output any more, which must not keep requests from their answers.
void say_stopping(Console& console) {
  try {
    console.say("Stopping; waiting for requests in progress\n");
  } catch (const Error& error) {
    console.warn(error.what());
  }
}

struct Serve {
  ModelOption model;
  ServeSettings settings;
  std::optional<std::string> given_key;
  const CLI::Option* socket_option = nullptr;

  void run();
};

void Serve::run() {
  const char* const environment_key = std::getenv("MTT_API_KEY");
  if (!given_key && environment_key != nullptr) given_key = environment_key;
  if (given_key && given_key->empty())
    throw Error(
        "the API key (--api-key or MTT_API_KEY) is empty; set a key, or remove the option and the variable");
  if (given_key &&
      std::any_of(given_key->begin(), given_key->end(), [](char c) { return c <= ' ' || c > '~'; }))
    throw Error(
        "the API key contains spaces or characters other than printable ASCII; use letters and digits");
  if (settings.address.host.empty()) throw Error("--host is empty; give an address, or remove the option");
  if (socket_option->count() > 0 && settings.address.unix_path.empty())
    throw Error("--unix-socket is empty; give a path, or remove the option");
  settings.api_key = given_key.value_or("");
  Console console;
  OpenModel open = open_model(model, Heads::used, console);
  if (!settings.address.is_local() && settings.api_key.empty())
    console.warn("the server listens on " + settings.address.host +
                 " without an API key, so anyone who can reach it can use it; set one with --api-key");
  const int signal = serve(
      open, settings,
      [&](const std::string& url) {
        console.say("Serving " + open.path.filename().string() + " on " + url +
                    (settings.api_key.empty() ? ", without an API key" : ", with an API key") +
                    "; stop with Ctrl-C\n");
      },
      [&] { say_stopping(console); });
  if (signal != 0) throw CLI::RuntimeError(kSignalExit + signal);
}

}  // namespace

void add_serve(CLI::App& app) {
  auto serve = std::make_shared<Serve>();
  CLI::App* verb = app.add_subcommand("serve", "Answer requests for vectors and predictions over HTTP");
  serve->model.add_to(*verb);
  ServeSettings& settings = serve->settings;
  settings.address.port = 3000;
  CLI::Option* host =
      verb->add_option("--host", settings.address.host,
                       "Address to listen on; default: 127.0.0.1, which only this machine can reach")
          ->type_name("HOST");
  CLI::Option* port = verb->add_option("--port", settings.address.port,
                                       "Port to listen on; 0 chooses a free one; default: 3000")
                          ->type_name("PORT");
  serve->socket_option = verb->add_option("--unix-socket", settings.address.unix_path,
                                          "Unix socket to listen on, instead of a port")
                             ->type_name("PATH")
                             ->excludes(host)
                             ->excludes(port);
  verb->add_option("--api-key", serve->given_key,
                   "Key that clients must send as 'Authorization: Bearer KEY'; the variable MTT_API_KEY "
                   "keeps it out of the process list; default: none")
      ->type_name("KEY");
  verb->add_option("--max-concurrent-requests", settings.limits.concurrent_requests,
                   "Maximum number of requests at the same time; others get status 429; default: 512")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("N");
  verb->add_option("--max-client-batch-size", settings.limits.batch,
                   "Maximum number of inputs per request; default: 32 (/v1/embeddings: always 2048)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("N");
  verb->add_option("--payload-limit", settings.http.body,
                   "Maximum size of a request body in bytes; default: 2000000")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000'000}))
      ->type_name("BYTES");
  verb->add_option("--access-log", settings.access_log,
                   "File to which one JSON line per request is appended; -: standard error; default: none")
      ->type_name("FILE|-");
  verb->callback([serve] { serve->run(); });
}

}  // namespace mtt
