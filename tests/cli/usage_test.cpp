#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"

TEST_CASE("help and version are answers, everything misspelt is exit code 2") {
  CHECK(mtt_program({"--version"}).out == "mtt 0.1.0\n");
  const Outcome help = mtt_program({"--help"});
  CHECK(help.code == 0);
  for (const char* verb : {"run", "sweep", "recommend", "compare", "report", "export", "encode", "predict",
                           "evaluate", "tokenize", "plugins", "config", "data"}) {
    CHECK_THAT(help.out, Contains(verb));
    CHECK(mtt_program({verb, "--help"}).code == 0);
  }
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{},
                                             {"encod"},
                                             {"encode"},
                                             {"encode", "--modle", "x"},
                                             {"run"},
                                             {"encode", "--model", "x", "--threads", "0"},
                                             {"encode", "--model", "x", "--threads", "many"},
                                             {"config"}}) {
    const Outcome outcome = mtt_program(wrong);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, Contains("mtt: error: "));
  }
  CHECK_THAT(mtt_program({"encod"}).err, Contains("there is no 'encod'; did you mean 'encode'?"));
  CHECK_THAT(mtt_program({"frobnicate"}).err, Contains("the commands are 'run', 'sweep'"));
  CHECK_THAT(mtt_program({"data", "chek"}).err,
             Contains("there is no 'chek' of 'mtt data'; did you mean 'check'?"));
}

TEST_CASE("unknown commands and options are named, with what to write instead") {
  const auto refuses = [](const std::vector<std::string>& arguments, const std::string& with) {
    const Outcome outcome = mtt_program(arguments);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, Contains("mtt: error: " + with));
  };
  refuses({"train", "x.toml"}, "there is no 'train'; write 'mtt run'");
  refuses({"encod", "--help"}, "there is no 'encod'; did you mean 'encode'?");
  refuses({"data", "chek", "--help"}, "there is no 'chek' of 'mtt data'");
  refuses({"encode", "--modle", "x"}, "unknown option '--modle' of 'mtt encode'; did you mean '--model'?");
  refuses({"encode", "--model", "x", "--max-length", "9"},
          "unknown option '--max-length' of 'mtt encode'; write '--max-tokens'");
  refuses({"run", "x.toml", "--lr", "1e-4"},
          "unknown option '--lr' of 'mtt run'; keys of the file are set by --set SECTION.KEY=VALUE, and this "
          "one is learning_rate in [train]");
  refuses({"run", "x.toml", "--batch-size=8"},
          "unknown option '--batch-size' of 'mtt run'; keys of the file");
  refuses({"run", "x.toml", "--zzzzzz"}, "unknown option '--zzzzzz' of 'mtt run'; its options are '--help'");
}

TEST_CASE("missing and additional words are named") {
  const auto refuses = [](const std::vector<std::string>& arguments, const std::string& with) {
    const Outcome outcome = mtt_program(arguments);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, Contains("mtt: error: " + with));
  };
  refuses({}, "'mtt' needs a command; the commands are 'run', 'sweep'");
  refuses({"data"}, "'mtt data' needs a command; the commands are 'check', 'import'");
  refuses({"run"}, "'mtt run' needs CONFIG: An experiment file");
  refuses({"export", "run"}, "'mtt export' needs DIR: ");
  refuses({"encode", "--input", "x.txt"}, "'mtt encode' needs --model ");
  refuses({"run", "x.toml", "y.toml"}, "'y.toml' is one argument too many for 'mtt run'; it takes CONFIG");
  refuses({"encode", "--model", "x", "x.txt"},
          "'x.txt' is one argument too many for 'mtt encode'; a file with texts is given with --input");
  refuses({"plugins", "nwe", "head", "a", "b"}, "there is no 'nwe' of 'mtt plugins'; did you mean 'new'?");
  refuses({"--quiet", "run", "x.toml"}, "'--quiet' must follow the command, as in 'mtt run --quiet'");
  refuses({"run", "x.toml", "-o", "y"}, "unknown option '-o' of 'mtt run'; write '--out'");
  refuses({"run", "x.toml", "--device", "cuda"},
          "unknown option '--device' of 'mtt run'; it is not available: everything is computed on the CPU");
}

TEST_CASE("failures are exit code 1 and one sentence") {
  const auto fails = [](const std::vector<std::string>& arguments, const std::string& with,
                        const std::vector<std::string>& environment = {}) {
    const Outcome outcome = mtt_program(arguments, "", environment);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("mtt: error: ") && Contains(with));
  };
  fails({"run", "none.toml"}, "'none.toml' does not exist");
  fails({"encode", "--model", "no-such-model"}, "the model 'no-such-model' was not found");
  fails({"encode", "--model", "x", "--output", "a.txt"}, "ends in none of .npy, .jsonl, .safetensors");
  fails({"predict", "--model", "x", "--output", "a.npy"}, "'a.npy' does not end in .jsonl; the extension");
  fails({"predict", "--model", "x", "--output", "/dev/stdout"}, "for standard output give -");
  fails({"encode", "--model", std::string(MTT_SOURCE) + "/README.md"}, "is a file; give the directory");
  fails({"encode", "--model", "x", "--output", "no/a.npy"}, "does not exist");
  fails({"plugins", "poetry"}, "there is no backbone, head or weighting 'poetry'");
  fails({"plugins", "--plugin-path", "/no/such/folder"},
        "the plugin folder '/no/such/folder' does not exist or is not a folder");
  fails({"plugins"}, "the plugin folder '/no/such/folder' does not exist or is not a folder",
        {"MTT_PLUGIN_PATH=/no/such/folder"});
  fails({"encode", "--model", "x"}, "MTT_THREADS is 'all'", {"MTT_THREADS=all"});
}

TEST_CASE("docs/config.md is what the program says") {
  const std::string page = file_text(std::string(MTT_SOURCE) + "/docs/config.md");
  CHECK(page.ends_with(mtt_program({"config", "reference"}).out));
}

TEST_CASE("plugins and the reference of all keys") {
  const Outcome list = mtt_program({"plugins"});
  CHECK(list.code == 0);
  for (const char* name : {"bert", "classification", "regression", "token_classification"})
    CHECK_THAT(list.out, Contains(name));
  CHECK_THAT(mtt_program({"plugins", "classification"}).out, Contains("| `labels` |"));
  CHECK_THAT(mtt_program({"config", "reference"}).out,
             Contains("`max_tokens`") && Contains("head = \"classification\""));
}

TEST_CASE("texts from a terminal are announced, and the help names the default") {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  REQUIRE(child >= 0);
  if (child == 0) {
    ::execl(MTT_PROGRAM, "mtt", "predict", "--model", "no-such-model", nullptr);
    ::_exit(127);
  }
  std::string shown;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(terminal, buffer, sizeof buffer)) > 0;)
    shown.append(buffer, static_cast<std::size_t>(got));
  ::close(terminal);
  ::waitpid(child, nullptr, 0);
  CHECK_THAT(shown, Contains("Reading texts from standard input; end with Ctrl-D\r\n"));
  CHECK_THAT(mtt_program({"predict", "--model", "no-such-model"}).err, !Contains("Ctrl-D"));
  for (const char* command : {"predict", "encode", "tokenize"}) {
    const std::string help = mtt_program({command, "--help"}).out;
    CHECK_THAT(help, Contains("reads standard input; default"));
  }
}

TEST_CASE("threads of operators sleep while they wait, unless the environment says otherwise") {
  const auto shown = [](const std::vector<std::string>& environment) {
    return mtt_program({"--version"}, "", environment).err;
  };
  CHECK_THAT(shown({"-u", "OMP_WAIT_POLICY", "OMP_DISPLAY_ENV=true"}),
             Contains("OMP_WAIT_POLICY = 'PASSIVE'"));
  CHECK_THAT(shown({"OMP_WAIT_POLICY=active", "OMP_DISPLAY_ENV=true"}),
             Contains("OMP_WAIT_POLICY = 'ACTIVE'"));
}
