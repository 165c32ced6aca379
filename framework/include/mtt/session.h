// A model in a program of one's own: open it, encode, predict. This header is all that such a program needs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mtt/abi_tag.h"
#include "mtt/char_span.h"
#include "mtt/error.h"
#include "mtt/export.h"
#include "mtt/precision.h"
#include "mtt/value.h"

namespace mtt {

/// How a model is opened.
struct SessionSettings {
  std::string prompt = {};      ///< the name of a prompt of the model, or its text; "": the default prompt
  std::int64_t max_tokens = 0;  ///< at which texts are truncated; 0: the model's own limit
  std::int64_t threads = 0;     ///< 0: those of the run's configuration, or one per processor
  /// Of the products of the encoder; none: int8 for a model that was exported in it, else fp32. bf16 is fp32
  /// on processors without it: see ModelSession::precision.
  std::optional<Precision> precision = {};
  std::vector<std::string> plugin_path = {};  ///< folders that are searched for plugins before all others
};

/// A matrix of floats on the host, row after row. Copies share the values.
struct Vectors {
  std::shared_ptr<const float> values;  ///< [rows, columns]
  std::int64_t rows = 0, columns = 0;

  const float* row(std::int64_t i) const { return values.get() + i * columns; }
};

/// What differs from a call of `encode` without settings.
struct EncodeSettings {
  std::optional<std::string> prompt = {};  ///< the name of a prompt of the model, or its text; "": none
  std::optional<bool> normalize = {};      ///< vectors of length 1 or not; none: as the model does
  std::int64_t dimensions = 0;             ///< only the first ones, of length 1 again where they were; 0: all
};

/// What differs from a call of `predict` without settings.
struct PredictSettings {
  std::vector<std::optional<std::string>> second_texts = {};  ///< one per text; or none at all
  std::vector<std::string> tasks = {};                        ///< those that predict; none: all
  std::int64_t top = 0;                    ///< most probable classes that each prediction lists
  std::optional<std::string> prompt = {};  ///< the name of a prompt of the model, or its text; "": none
};

/// The tokens of a text, without truncation. All lists have the same length.
struct TextTokens {
  std::vector<std::int32_t> ids;
  std::vector<std::string> tokens;
  std::vector<CharSpan> offsets;  ///< in code points of the text; {0, 0} for special tokens
};

/// A head of the model.
struct TaskFacts {
  std::string name, head;           ///< `head`: the plugin's name
  std::vector<std::string> labels;  ///< empty where the head has none
  bool reads_pairs = false;
  bool reads_single_texts = true;
};

/// An opened model with threads of its own, for inference. It may be used from several threads at once, whose
/// texts share forward passes. What is wrong throws Error. Results are those of the commands `mtt encode`,
/// `predict` and `tokenize`.
class MTT_API ModelSession {
 public:
  /// `model`: a model directory, the directory of a run, or the name of a model in the local caches. A
  /// program that was compiled against other headers of mtt, or another LibTorch, is refused.
  explicit ModelSession(const std::string& model, const SessionSettings& settings = {})
      : ModelSession(model, settings, MTT_ABI_TAG) {}
  ModelSession(ModelSession&&) noexcept;
  ModelSession& operator=(ModelSession&&) noexcept;
  ~ModelSession();

  /// Sentence vectors [texts, dimensions].
  Vectors encode(const std::vector<std::string>& texts, const EncodeSettings& settings = {}) const;
  /// The last layer's vectors [tokens, hidden size] of all tokens of each text, special ones included.
  std::vector<Vectors> encode_tokens(const std::vector<std::string>& texts) const;
  /// For each text {"text": ..., "<task>": prediction, ...}, as `mtt predict` writes it.
  std::vector<Value> predict(const std::vector<std::string>& texts,
                             const PredictSettings& settings = {}) const;
  std::vector<TextTokens> tokenize(const std::vector<std::string>& texts) const;

  std::string path() const;  ///< of the opened directory
  std::int64_t dimensions() const;
  std::int64_t max_tokens() const;
  Precision precision() const;               ///< that is used
  std::string similarity() const;            ///< "cosine", "dot", ...: the model's own measure
  std::vector<std::string> prompts() const;  ///< their names
  std::vector<TaskFacts> tasks() const;
  const std::vector<std::string>& warnings() const;  ///< of opening the model

 private:
  ModelSession(const std::string& model, const SessionSettings& settings, const char* abi_tag);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mtt
