// mtt._mtt: an opened model in Python. The package's own Python files add types, defaults and documentation.
#include <mtt/session.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace nb = nanobind;

namespace {

using Strings = std::vector<std::string>;
using FloatMatrix = nb::ndarray<nb::numpy, float, nb::ndim<2>, nb::c_contig>;

/// A numpy array of the values, without a copy. The array owns the values.
FloatMatrix array_of(mtt::Vectors vectors) {
  auto* const kept = new mtt::Vectors(std::move(vectors));
  const nb::capsule owner(kept, [](void* vectors) noexcept { delete static_cast<mtt::Vectors*>(vectors); });
  return FloatMatrix(const_cast<float*>(kept->values.get()),
                     {static_cast<std::size_t>(kept->rows), static_cast<std::size_t>(kept->columns)}, owner);
}

nb::object object_of(const mtt::Value& value) {
  switch (value.kind()) {
    case mtt::Value::Kind::null:
      return nb::none();
    case mtt::Value::Kind::boolean:
      return nb::cast(value.boolean());
    case mtt::Value::Kind::integer:
      return nb::cast(value.integer());
    case mtt::Value::Kind::number:
      return nb::cast(value.number());
    case mtt::Value::Kind::string:
      return nb::cast(value.string());
    case mtt::Value::Kind::array: {
      nb::list list;
      for (const mtt::Value& entry : value.array()) list.append(object_of(entry));
      return list;
    }
    case mtt::Value::Kind::table:
      break;
  }
  nb::dict table;
  for (const auto& [key, entry] : value.table()) table[nb::str(key.data(), key.size())] = object_of(entry);
  return table;
}

/// The calls that are running. The interpreter waits for them before it ends, because a thread that returns
/// later could not take the GIL again. Calls that daemon threads begin after the end never return.
class Calls {
 public:
  /// Called with the GIL held, like finish().
  void begin() {
    bool ended = false;
    {
      const std::lock_guard lock(mutex_);
      ended = ended_;
      if (!ended) ++running_;
    }
    if (!ended) return;
    if (std::this_thread::get_id() == ender_)
      throw mtt::Error("the interpreter is shutting down; models can no longer be used");
    const nb::gil_scoped_release release;
    while (true) std::this_thread::sleep_for(std::chrono::hours(1));
  }
  void finish() {
    const std::lock_guard lock(mutex_);
    if (--running_ == 0) idle_.notify_all();
  }
  void end() {
    std::unique_lock lock(mutex_);
    ended_ = true;
    ender_ = std::this_thread::get_id();
    idle_.wait(lock, [this] { return running_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable idle_;
  int running_ = 0;
  bool ended_ = false;
  std::thread::id ender_;
};

Calls& calls() {
  static auto& all = *new Calls;  // threads may outlive other static objects
  return all;
}

/// The result of `compute`, which runs without the GIL.
template <class Compute>
auto without_gil(const Compute& compute) {
  struct Call {
    Call() { calls().begin(); }
    ~Call() { calls().finish(); }
  };
  const Call call;  // finished when the GIL is held again
  const nb::gil_scoped_release release;
  return compute();
}

/// A forked process has neither LibTorch's threads nor those of models.
pid_t first_process() {
  static const pid_t process = ::getpid();
  return process;
}

void check_process() {
  if (::getpid() != first_process())
    throw mtt::Error(
        "a model was opened before this process was forked; use the start method 'spawn' of "
        "multiprocessing, or open models only after the fork");
}

class Model {
 public:
  Model(const std::string& model, const std::string& prompt, std::int64_t max_tokens, std::int64_t threads,
        const std::string& precision, const Strings& plugin_path) {
    check_process();
    session_ = without_gil([&] {
      mtt::SessionSettings settings{.prompt = prompt, .max_tokens = max_tokens, .threads = threads};
      if (!precision.empty()) settings.precision = mtt::precision_named(precision);
      settings.plugin_path = plugin_path;
      return std::make_shared<mtt::ModelSession>(model, settings);
    });
  }
  ~Model() {
    if (session_ && ::getpid() != first_process())
      new std::shared_ptr(session_);  // its threads cannot be joined
  }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  FloatMatrix encode(const Strings& texts, const std::optional<std::string>& prompt,
                     std::optional<bool> normalize, std::int64_t dimensions) const {
    return array_of(without_gil([&, kept = session()] {
      return kept->encode(texts, {prompt, normalize, dimensions});
    }));
  }

  nb::list encode_tokens(const Strings& texts) const {
    nb::list all;
    for (const mtt::Vectors& vectors :
         without_gil([&, kept = session()] { return kept->encode_tokens(texts); }))
      all.append(nb::cast(array_of(vectors)));
    return all;
  }

  nb::list predict(const Strings& texts, const std::vector<std::optional<std::string>>& second_texts,
                   const Strings& tasks, std::int64_t top, const std::optional<std::string>& prompt) const {
    nb::list all;
    for (const mtt::Value& row : without_gil([&, kept = session()] {
           return kept->predict(texts, {second_texts, tasks, top, prompt});
         }))
      all.append(object_of(row));
    return all;
  }

  nb::list tokenize(const Strings& texts) const {
    nb::list all;
    for (const mtt::TextTokens& tokens :
         without_gil([&, kept = session()] { return kept->tokenize(texts); })) {
      nb::list offsets;
      for (const mtt::CharSpan& span : tokens.offsets) offsets.append(nb::make_tuple(span.begin, span.end));
      nb::dict row;
      row["ids"] = nb::cast(tokens.ids);
      row["tokens"] = nb::cast(tokens.tokens);
      row["offsets"] = offsets;
      all.append(row);
    }
    return all;
  }

  nb::list tasks() const {
    nb::list all;
    for (const mtt::TaskFacts& task : session()->tasks()) {
      nb::dict row;
      row["name"] = task.name;
      row["head"] = task.head;
      row["labels"] = nb::cast(task.labels);
      row["reads_pairs"] = task.reads_pairs;
      row["reads_single_texts"] = task.reads_single_texts;
      all.append(row);
    }
    return all;
  }

  /// Running calls are finished first.
  void close() {
    check_process();
    std::shared_ptr<mtt::ModelSession> last = std::move(session_);
    session_.reset();
    without_gil([&] {
      last.reset();
      return 0;
    });
  }

  std::shared_ptr<mtt::ModelSession> session() const {
    check_process();
    if (!session_) throw mtt::Error("the model is closed; open it again with mtt.open");
    return session_;
  }

 private:
  std::shared_ptr<mtt::ModelSession> session_;  ///< used with the GIL held
};

}  // namespace

NB_MODULE(_mtt, module) {
  nb::set_leak_warnings(false);  // of models that live until the interpreter ends
  module.def("end", [] {
    if (::getpid() != first_process()) return;  // the calls of the first process never end here
    const nb::gil_scoped_release release;
    calls().end();
  });
  nb::exception<mtt::Error>(module, "Error", PyExc_ValueError);
  nb::class_<Model>(module, "Model")
      .def(nb::init<const std::string&, const std::string&, std::int64_t, std::int64_t, const std::string&,
                    const Strings&>(),
           nb::arg("model"), nb::arg("prompt"), nb::arg("max_tokens"), nb::arg("threads"),
           nb::arg("precision"), nb::arg("plugin_path"))
      .def("encode", &Model::encode, nb::arg("texts"), nb::arg("prompt").none(), nb::arg("normalize").none(),
           nb::arg("dimensions"))
      .def("encode_tokens", &Model::encode_tokens, nb::arg("texts"))
      .def("predict", &Model::predict, nb::arg("texts"), nb::arg("second_texts"), nb::arg("tasks"),
           nb::arg("top"), nb::arg("prompt").none())
      .def("tokenize", &Model::tokenize, nb::arg("texts"))
      .def("close", &Model::close)
      .def_prop_ro("path", [](const Model& model) { return model.session()->path(); })
      .def_prop_ro("dimensions", [](const Model& model) { return model.session()->dimensions(); })
      .def_prop_ro("max_tokens", [](const Model& model) { return model.session()->max_tokens(); })
      .def_prop_ro("precision",
                   [](const Model& model) { return mtt::precision_name(model.session()->precision()); })
      .def_prop_ro("similarity", [](const Model& model) { return model.session()->similarity(); })
      .def_prop_ro("prompts", [](const Model& model) { return model.session()->prompts(); })
      .def_prop_ro("warnings", [](const Model& model) { return model.session()->warnings(); })
      .def_prop_ro("tasks", &Model::tasks);
}
