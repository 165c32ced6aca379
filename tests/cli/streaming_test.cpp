#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include "catch.h"
#include "io/safetensors.h"
#include "npy.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kTexts = {
    "play some music", "wake me up at six", "rain", "", "loud music now", "six"};

std::string many_lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += kTexts[i % kTexts.size()] + "\n";
  return text;
}

struct Tiny {
  TemporaryFolder folder;
  std::string model = path("model");
  Tiny() { write_tiny_model(model); }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }

  /// A command of the shell, in which $mtt and $model stand for themselves; its exit code.
  int shell(const std::string& command) const {
    const int status = std::system(("cd '" + folder.path().string() +
                                    "' && export mtt='" MTT_PROGRAM "' model='" + model + "' && " + command)
                                       .c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
};

std::vector<mtt::Value> rows_of(const std::string& text) {
  std::vector<mtt::Value> rows;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) rows.push_back(mtt::parse_json(line, "line"));
  return rows;
}

/// Waits until `holds`, or for some minutes.
template <class Holds>
bool comes(const Holds& holds) {
  for (int i = 0; i < 20000 && !holds(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return holds();
}

}  // namespace

TEST_CASE("many texts keep their order and their vectors in every format") {
  const Tiny tiny;
  const std::size_t count = 5003;
  const std::string texts = many_lines(count);
  for (const char* name : {"a.npy", "a.safetensors", "a.jsonl"})
    REQUIRE(mtt_program({"encode", "--model", tiny.model, "--output", tiny.path(name)}, texts).code == 0);
  const auto values = npy_values(tiny.path("a.npy"), {static_cast<std::int64_t>(count), 8});
  const auto rows = rows_of(file_text(tiny.path("a.jsonl")));
  REQUIRE(rows.size() == count);
  for (std::size_t i = 0; i < count; ++i) {
    CHECK(rows[i].at("text").string() == kTexts[i % kTexts.size()]);
    CHECK(rows[i].at("embedding").array()[3].number() == Approx(values[8 * i + 3]).margin(1e-9));
    CHECK(values[8 * i + 3] == Approx(values[8 * (i % kTexts.size()) + 3]).margin(1e-6));
  }
  const auto file = mtt::SafetensorsFile::open(tiny.path("a.safetensors"));
  CHECK(file.tensors.at(0).shape == std::vector<std::int64_t>{static_cast<std::int64_t>(count), 8});
  CHECK(std::memcmp(file.tensors.at(0).data, values.data(), values.size() * sizeof(float)) == 0);
  CHECK(rows_of(mtt_program({"tokenize", "--model", tiny.model}, texts).out).size() == count);
}

TEST_CASE("a line is answered before the next one is there, and a kill leaves no half matrix") {
  const Tiny tiny;
  REQUIRE(::mkfifo(tiny.path("in").c_str(), 0600) == 0);
  const auto start = [&](const std::string& output) {
    return std::make_unique<RunningProgram>(
        std::vector<std::string>{"encode", "--model", tiny.model, "--input", tiny.path("in"), "--output",
                                 tiny.path(output)},
        tiny.path("out"), tiny.path("err"));
  };
  const auto program = start("a.jsonl");
  std::ofstream input(tiny.path("in"));
  input << "play\n" << std::flush;
  CHECK(comes([&] { return file_text(tiny.path("a.jsonl")).ends_with("]}\n"); }));
  CHECK(rows_of(file_text(tiny.path("a.jsonl"))).size() == 1);
  input << "rain\nsix" << std::flush;
  input.close();
  CHECK(program->wait() == 0);
  CHECK(rows_of(file_text(tiny.path("a.jsonl"))).size() == 3);

  const auto killed = start("a.npy");
  std::ofstream more(tiny.path("in"));
  more << many_lines(500) << std::flush;
  const auto temporary = [&] {
    for (const auto& entry : fs::directory_iterator(tiny.folder.path()))
      if (entry.path().filename().string().starts_with(".mtt-tmp") && fs::file_size(entry.path()) > 1000)
        return true;
    return false;
  };
  CHECK(comes(temporary));
  killed->send(SIGKILL);
  CHECK(killed->wait() == 128 + SIGKILL);
  CHECK_FALSE(fs::exists(tiny.path("a.npy")));
}

TEST_CASE("a reader that leaves ends the program, without a word") {
  const Tiny tiny;
  for (const std::string command : {"encode", "tokenize"}) {
    INFO(command);
    CHECK(tiny.shell("yes play | timeout 300 $mtt " + command + " --model $model 2> err | head -1 > out") ==
          0);
    CHECK(file_text(tiny.path("err")).empty());
    CHECK(rows_of(file_text(tiny.path("out"))).size() == 1);
  }
  CHECK(tiny.shell("bash -c 'yes play | timeout 300 $mtt encode --model $model | head -1 > out; "
                   "exit ${PIPESTATUS[1]}'") == 128 + SIGPIPE);
  CHECK(tiny.shell("$mtt config reference 2> err | true") == 0);
  CHECK(file_text(tiny.path("err")).empty());
}

TEST_CASE("faults behind the first texts name their line, and what is written already") {
  const Tiny tiny;
  tiny.folder.write("in.txt", many_lines(100) + "\xff\n");
  const Outcome lines = mtt_program(
      {"encode", "--model", tiny.model, "--input", tiny.path("in.txt"), "--output", tiny.path("a.jsonl")});
  CHECK(lines.code == 1);
  CHECK_THAT(lines.err, Contains("in.txt:101:1: the byte here is not valid UTF-8") &&
                            Contains("a.jsonl' holds the results of the first 64 texts"));
  CHECK(rows_of(file_text(tiny.path("a.jsonl"))).size() == 64);
  const Outcome matrix = mtt_program(
      {"encode", "--model", tiny.model, "--input", tiny.path("in.txt"), "--output", tiny.path("a.npy")});
  CHECK(matrix.code == 1);
  CHECK_THAT(matrix.err, Contains("in.txt:101:1") && !Contains("holds the results"));
  CHECK_FALSE(fs::exists(tiny.path("a.npy")));
  tiny.folder.write("in.jsonl", "{\"text\": \"rain\"}\n");
  const Outcome same = mtt_program({"encode", "--model", tiny.model, "--field", "text", "--input",
                                    tiny.path("in.jsonl"), "--output", tiny.path("in.jsonl")});
  CHECK(same.code == 1);
  CHECK_THAT(same.err, Contains("is also the input"));
  CHECK(file_text(tiny.path("in.jsonl")) == "{\"text\": \"rain\"}\n");
}

TEST_CASE("the longest line has the same limit everywhere") {
  const Tiny tiny;
  const std::string text(std::size_t{17} << 20, 'a');
  tiny.folder.write("a.txt", "rain\n" + text + "\n");
  tiny.folder.write("a.jsonl", "{\"text\": \"rain\"}\n{\"text\": \"" + text + "\"}\n");
  tiny.folder.write("a.csv", "text,x\nrain,1\n" + text + ",2\n");
  const auto refuses = [&](const std::string& file, int line, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"tokenize", "--model", tiny.model, "--input", tiny.path(file)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = mtt_program(arguments);
    INFO(file);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err,
               Contains(file + ":" + std::to_string(line) + ":1: the line has more than 16777216"));
  };
  refuses("a.txt", 2, {});
  refuses("a.jsonl", 2, {"--field", "text"});
  refuses("a.csv", 3, {"--field", "text"});
}

TEST_CASE("a table's column is read like a key of JSONL") {
  const Tiny tiny;
  tiny.folder.write("a.csv", "id,sentence\n1,play some music\n2,\"rain,\nnow\"\n");
  tiny.folder.write("a.TSV", "id\tsentence\n1\tplay some music\n");
  const auto texts = [&](const std::string& file) {
    std::string all;
    const Outcome outcome =
        mtt_program({"encode", "--model", tiny.model, "--input", tiny.path(file), "--field", "sentence"});
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    for (const auto& row : rows_of(outcome.out)) all += row.at("text").string() + "|";
    return all;
  };
  CHECK(texts("a.csv") == "play some music|rain,\nnow|");
  CHECK(texts("a.TSV") == "play some music|");
  const Outcome other =
      mtt_program({"encode", "--model", tiny.model, "--input", tiny.path("a.csv"), "--field", "txt"});
  CHECK(other.code == 1);
  CHECK_THAT(other.err,
             Contains("a.csv:1: there is no column \"txt\"; the columns are \"id\", \"sentence\""));
  const Outcome none = mtt_program({"encode", "--model", tiny.model, "--input", tiny.path("a.csv")});
  CHECK(none.code == 1);
  CHECK_THAT(none.err, Contains("give the key of the text, as in --field text"));
}

TEST_CASE("standard output that cannot be written is an error of every command") {
  const Tiny tiny;
  tiny.folder.write("in.txt", "rain\n");
  for (const std::string command :
       {"--help", "--version", "encode --help", "plugins", "plugins check " MTT_PLUGINS "/equal.so",
        "plugins check " MTT_PLUGINS "/equal.so --in-this-process", "config reference",
        "encode --model $model --input in.txt", "tokenize --model $model --input in.txt"}) {
    INFO(command);
    CHECK(tiny.shell("$mtt " + command + " > /dev/full 2> err") == 1);
    CHECK_THAT(file_text(tiny.path("err")),
               Contains("mtt: error: standard output cannot be written: No space left on device"));
  }
  CHECK(tiny.shell("$mtt --version >&- 2> err") == 1);
  CHECK_THAT(file_text(tiny.path("err")), Contains("standard output cannot be written"));
}

TEST_CASE("JSON escapes what would act on a terminal") {
  const Tiny tiny;
  const std::string text =
      "rain \xc2\x9b"
      "31m \xe2\x80\xae now \xe2\x80\xa8";
  for (const char* command : {"encode", "tokenize"}) {
    const Outcome outcome = mtt_program({command, "--model", tiny.model}, text + "\n");
    CHECK(outcome.code == 0);
    for (const char* raw : {"\xc2\x9b", "\xe2\x80\xae", "\xe2\x80\xa8"})
      CHECK_THAT(outcome.out, !Contains(raw));
    if (std::string(command) == "encode") CHECK(rows_of(outcome.out)[0].at("text").string() == text);
  }
  const Outcome outcome = mtt_program({"compare", "no\xe2\x80\xaesuch"});
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err, Contains("no\\u202esuch"));
}
