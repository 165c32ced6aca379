#include <map>
#include <set>
#include <sstream>

#include "catch.h"
#include "mtt/value.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace {

const char kHead[] = "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"d.jsonl\"\ntest = \"d.jsonl\"\n";

struct Folder {
  TemporaryFolder folder;
  Folder() { write_tiny_model(folder.path() / "model"); }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }

  Outcome run(const std::string& name, const std::string& tables, const std::string& data) const {
    folder.write("d.jsonl", data);
    const std::string config = folder.write(name + ".toml", kHead + tables).string();
    return mtt_program({"run", config, "--out", path(name)});
  }
  std::string head(const std::string& name, const std::string& task) const {
    return file_text(path(name) + "/heads/" + task + "/model.safetensors");
  }
};

}  // namespace

TEST_CASE("arrays of tokens and tags train the same head as the text with spans") {
  const Folder f;
  const std::string spans =
      "{\"text\": \"play loud music\", \"what\": [{\"start\": 10, \"end\": 15, \"label\": \"x\"}]}\n"
      "{\"text\": \"wake me at six\", \"what\": [{\"start\": 8, \"end\": 14, \"label\": \"y\"}]}\n"
      "{\"text\": \"rain now\", \"what\": []}\n";
  const Outcome one = f.run("spans", "[tasks.what]\nhead = \"token_classification\"\n", spans);
  INFO(one.out << one.err);
  REQUIRE(one.code == 0);

  const std::string names =
      "{\"tokens\": [\"play\", \"loud\", \"music\"], \"tags\": [\"O\", \"O\", \"B-x\"]}\n"
      "{\"tokens\": [\"wake\", \"me\", \"at\", \"six\"], \"tags\": [\"O\", \"O\", \"B-y\", \"I-y\"]}\n"
      "{\"tokens\": [\"rain\", \"now\"], \"tags\": [\"O\", \"O\"]}\n";
  const std::string table =
      "[tasks.what]\nhead = \"token_classification\"\ntext = \"tokens\"\nfield = \"tags\"\n";
  const Outcome two = f.run("names", table, names);
  INFO(two.out << two.err);
  REQUIRE(two.code == 0);
  CHECK(f.head("names", "what") == f.head("spans", "what"));

  const std::string numbers =
      "{\"tokens\": [\"play\", \"loud\", \"music\"], \"tags\": [0, 0, 1]}\n"
      "{\"tokens\": [\"wake\", \"me\", \"at\", \"six\"], \"tags\": [0, 0, 2, 3]}\n"
      "{\"tokens\": [\"rain\", \"now\"], \"tags\": [0, 0]}\n";
  const Outcome three = f.run("numbers", table + "tags = [\"O\", \"B-x\", \"B-y\", \"I-y\"]\n", numbers);
  INFO(three.out << three.err);
  REQUIRE(three.code == 0);
  CHECK(f.head("numbers", "what") == f.head("spans", "what"));

  const Outcome nameless = f.run("nameless", table, numbers);
  CHECK(nameless.code == 1);
  CHECK_THAT(nameless.err, Contains("d.jsonl:1:") && Contains("tags = ["));
}

TEST_CASE("tasks that read other keys of the same file are those that read files of their own") {
  const Folder f;
  const std::string both =
      "{\"title\": \"play some music\", \"body\": \"wake me up\", \"a\": \"p\", \"b\": \"q\"}\n"
      "{\"title\": \"rain now\", \"body\": \"play rain\", \"a\": \"r\", \"b\": \"s\"}\n"
      "{\"title\": \"loud music\", \"body\": \"up at six\", \"a\": \"p\", \"b\": \"q\"}\n";
  const Outcome keys = f.run("keys",
                             "[tasks.a]\nhead = \"classification\"\ntext = \"title\"\n"
                             "[tasks.b]\nhead = \"classification\"\ntext = \"body\"\n"
                             "[run]\nsave_predictions = true\n",
                             both);
  INFO(keys.out << keys.err);
  REQUIRE(keys.code == 0);

  f.folder.write("a.jsonl",
                 "{\"text\": \"play some music\", \"a\": \"p\"}\n{\"text\": \"rain now\", \"a\": \"r\"}\n"
                 "{\"text\": \"loud music\", \"a\": \"p\"}\n");
  f.folder.write("b.jsonl",
                 "{\"text\": \"wake me up\", \"b\": \"q\"}\n{\"text\": \"play rain\", \"b\": \"s\"}\n"
                 "{\"text\": \"up at six\", \"b\": \"q\"}\n");
  const std::string config =
      f.folder
          .write("files.toml",
                 "[backbone]\nmodel = \"./model\"\n"
                 "[tasks.a]\nhead = \"classification\"\ntrain = \"a.jsonl\"\ntest = \"a.jsonl\"\n"
                 "[tasks.b]\nhead = \"classification\"\ntrain = \"b.jsonl\"\ntest = \"b.jsonl\"\n")
          .string();
  const Outcome files = mtt_program({"run", config, "--out", f.path("files")});
  INFO(files.out << files.err);
  REQUIRE(files.code == 0);
  for (const char* task : {"a", "b"}) CHECK(f.head("keys", task) == f.head("files", task));

  CHECK_THAT(file_text(f.path("keys/scores.jsonl")), Contains("exact_match"));
  const std::string first = file_text(f.path("keys/test_predictions/d.jsonl")),
                    second = file_text(f.path("keys/test_predictions/d-2.jsonl"));
  CHECK_THAT(first, Contains("\"text\":\"rain now\"") && !Contains("wake me up") && !Contains("\"b\""));
  CHECK_THAT(second, Contains("\"text\":\"wake me up\"") && !Contains("rain now") && !Contains("\"a\""));

  const Outcome missing = f.run("missing", "[tasks.a]\nhead = \"classification\"\ntext = \"titel\"\n", both);
  CHECK(missing.code == 1);
  CHECK_THAT(missing.err, Contains("d.jsonl:1:") && Contains("titel"));
}

TEST_CASE("a task on pairs reads the second sentence from its own key") {
  const Folder f;
  f.folder.write("d.jsonl",
                 "{\"text\": \"rain\", \"second\": \"rain now\", \"p\": \"yes\"}\n"
                 "{\"text\": \"play\", \"second\": \"wake me\", \"p\": \"no\"}\n");
  const auto check = [&](const std::string& key) {
    const std::string config =
        f.folder
            .write("p.toml", std::string(kHead) + "[tasks.p]\nhead = \"pair_classification\"\n" + key +
                                 "[train]\nepochs = 1\n")
            .string();
    return mtt_program({"run", config, "--check"});
  };
  const Outcome own = check("text_pair = \"second\"\n");
  INFO(own.out << own.err);
  CHECK(own.code == 0);
  const Outcome other = check("");
  CHECK(other.code == 1);
  CHECK_THAT(other.err, Contains("has no key \"text_pair\""));
}

TEST_CASE("tasks on pairs of one file read second texts under keys of their own, in training and scores") {
  const Folder f;
  const std::string data =
      "{\"text\": \"play some music\", \"text_pair\": \"rain\", \"reply\": \"loud music\", \"a\": \"p\", "
      "\"b\": 0.9}\n"
      "{\"text\": \"rain now\", \"text_pair\": \"me up\", \"reply\": \"play some rain\", \"a\": \"q\", "
      "\"b\": 0.2}\n"
      "{\"text\": \"wake me up\", \"text_pair\": \"up at six\", \"reply\": \"now\", \"a\": \"p\", \"b\": "
      "0.5}\n";
  const std::string train =
      "[train]\nepochs = 2\nbatch_size = 3\ndropout = 0.0\n[run]\nsave_predictions = true\n";
  const std::string a = "[tasks.a]\nhead = \"classification\"\npair = \"joint\"\ndropout = 0.0\n",
                    b = "[tasks.b]\nhead = \"similarity\"\nloss = \"cosine\"\n",
                    reply = "text_pair = \"reply\"\n";
  const auto rows = [&](const std::string& file) {
    std::vector<mtt::Value> all;
    std::istringstream stream(file_text(f.path(file)));
    for (std::string line; std::getline(stream, line);) all.push_back(mtt::parse_json(line, file));
    return all;
  };
  const auto run = [&](const std::string& name, const std::string& tables, const std::string& examples) {
    const Outcome outcome = f.run(name, tables + train, examples);
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.code == 0);
    const auto evaluated = mtt_program({"evaluate", "--model", f.path(name), "--json"});
    std::string metrics, again;
    for (const mtt::Value& row : rows(name + "/scores.jsonl")) metrics += row.at("metrics").json() + "\n";
    std::istringstream stream(evaluated.out);
    for (std::string line; std::getline(stream, line);)
      again += mtt::parse_json(line, "evaluate").at("metrics").json() + "\n";
    CHECK(again == metrics);
    std::map<std::string, double> found;
    for (const mtt::Value& row : rows(name + "/metrics.jsonl"))
      if (const mtt::Value* loss = row.find("loss"))
        for (const auto& [task, value] : loss->table()) found[task + row.at("step").json()] = value.number();
    for (const mtt::Value& row : rows(name + "/scores.jsonl"))
      for (const char* key : {"metrics", "probe"})
        if (const mtt::Value* scores = row.find(key); scores && scores->is(mtt::Value::Kind::table))
          for (const auto& [metric, value] : scores->table())
            if (!value.is(mtt::Value::Kind::null))
              found[row.at("task").string() + "." + key + "." + metric] = value.number();
    return found;
  };
  std::string renamed = data;  // the replies under the common key
  for (const auto& [from, to] : {std::pair{"\"text_pair\"", "\"other\""}, {"\"reply\"", "\"text_pair\""}})
    for (std::size_t at = 0; (at = renamed.find(from, at)) != std::string::npos;)
      renamed.replace(at, std::string(from).size(), to);
  for (const bool both : {false, true}) {
    const auto own = run("own", a + reply + (both ? b + reply : ""), data);
    const auto common = run("common", a + (both ? b : ""), renamed);
    REQUIRE(own.size() == common.size());
    for (const auto& [name, value] : common) {
      INFO(name);
      const bool trained = name.ends_with("2") || name.find(".metrics.") != std::string::npos;
      CHECK(own.at(name) == Approx(value).epsilon(trained ? 1e-3 : 1e-6));
    }
    CHECK(run("other", a + (both ? b : ""), data).at("a1") != Approx(own.at("a1")).epsilon(1e-4));
  }
  const auto mixed = run("mixed", a + reply + b, data);
  CHECK(mixed.at("a1") == Approx(run("a", a + reply, data).at("a1")).epsilon(1e-6));
  CHECK(mixed.at("b1") == Approx(run("b", b, data).at("b1")).epsilon(1e-6));
  const std::string predictions = file_text(f.path("mixed/test_predictions/d.jsonl")) +
                                  file_text(f.path("mixed/test_predictions/d-2.jsonl"));
  CHECK_THAT(predictions, Contains("\"text_pair\":\"loud music\",\"labels\":{\"a\"") &&
                              Contains("\"text_pair\":\"rain\",\"labels\":{\"b\""));
}

TEST_CASE("predict names the tasks that learned from another key than --field") {
  const Folder f;
  const std::string both =
      "{\"title\": \"play some music\", \"body\": \"wake me up\", \"a\": \"p\", \"b\": \"q\"}\n"
      "{\"title\": \"rain now\", \"body\": \"play rain\", \"a\": \"r\", \"b\": \"s\"}\n";
  const std::string a = "[tasks.a]\nhead = \"classification\"\ntext = \"title\"\n";
  const std::string b = "[tasks.b]\nhead = \"classification\"\ntext = \"body\"\n";
  REQUIRE(f.run("two", a + b, both).code == 0);
  const auto predict = [&](const std::string& run, const std::string& field) {
    return mtt_program({"predict", "--model", f.path(run), "--input", f.path("d.jsonl"), "--field", field});
  };
  const Outcome title = predict("two", "title");
  CHECK(title.code == 0);
  CHECK_THAT(title.err, Contains("trained on another key: 'b' (\"body\");"));
  CHECK_THAT(predict("two", "body").err, Contains("trained on another key: 'a' (\"title\");"));
  REQUIRE(f.run("one", a, both).code == 0);
  CHECK_THAT(predict("one", "body").err, !Contains("another key"));
}

TEST_CASE("sweep arms that change text keys or tags have keys of their own, and defaults have none") {
  const Folder f;
  f.folder.write("d.jsonl", "{\"text\": \"rain\", \"title\": \"play\", \"a\": \"p\"}\n");
  const auto keys = [&](const std::string& arms) {
    const std::string config =
        f.folder
            .write("s.toml", std::string(kHead) +
                                 "[tasks.a]\nhead = \"classification\"\n[sweep]\nseeds = 1\n[sweep.arms]\n" +
                                 arms)
            .string();
    const Outcome outcome = mtt_program({"sweep", config, "--check"});
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.code == 0);
    std::vector<std::string> found;
    for (std::size_t at = 0; (at = outcome.out.find("(key ", at)) != std::string::npos; at += 5)
      found.push_back(outcome.out.substr(at + 5, 32));
    return found;
  };
  const std::vector<std::string> same = keys(
      "none = {}\ntext = { tasks.a.text = \"\" }\npair = { data.text_pair = \"text_pair\" }\n"
      "tags = { tasks.a.tags = [] }\n");
  REQUIRE(same.size() == 4);
  CHECK(std::set<std::string>(same.begin(), same.end()).size() == 1);
  // The key of this experiment without text keys and tags.
  CHECK(same.front() == "313549273178bb31d1e26008b5399283");
  const std::vector<std::string> different = keys(
      "none = {}\ntext = { tasks.a.text = \"title\" }\npair = { data.text_pair = \"title\" }\n"
      "data = { data.text = \"title\" }\n"
      "own = { tasks.a.text_pair = \"title\" }\ntags = { tasks.a.tags = [\"O\", \"B-x\"] }\n");
  REQUIRE(different.size() == 6);
  CHECK(std::set<std::string>(different.begin(), different.end()).size() == 6);
}

TEST_CASE("a task that reads frozen layers only is named when the encoder trains") {
  const Folder f;
  const std::string data =
      "{\"text\": \"play some music\", \"a\": \"p\"}\n{\"text\": \"rain now\", \"a\": \"r\"}\n"
      "{\"text\": \"loud music\", \"a\": \"p\"}\n{\"text\": \"wake me up\", \"a\": \"r\"}\n";
  const std::string rest =
      "[train]\nepochs = 1\nbatch_size = 2\n[freeze]\npolicy = \"bottom_layers\"\nlayers = 1\n";
  const Outcome frozen =
      f.run("frozen", "[tasks.a]\nhead = \"classification\"\nlayer = 1\npooling = \"mean\"\n" + rest, data);
  INFO(frozen.out << frozen.err);
  REQUIRE(frozen.code == 0);
  CHECK_THAT(frozen.err,
             Contains("task 'a' reads layer 1") && Contains("read a higher layer or freeze fewer"));
  const Outcome top = f.run("top", "[tasks.a]\nhead = \"classification\"\n" + rest, data);
  REQUIRE(top.code == 0);
  CHECK_THAT(top.err, !Contains("reads layer"));
}
