// Vectors as `mtt encode` writes them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/matrix_file.h"
#include "model/quantized_vectors.h"
#include "output.h"
#include "report/console.h"

namespace mtt {

/// Vectors to a file by its ending, or to standard output as JSONL, quantized if asked. Quantizing to bytes
/// needs the ranges of all vectors, which are kept until finish().
class VectorWriter {
 public:
  /// `quantize`: a name of quantization_names(), or "".
  VectorWriter(const std::string& output, std::int64_t width, const std::string& quantize);

  /// float [texts, width]
  void add(const std::vector<std::string>& texts, const at::Tensor& vectors);
  /// float [tokens, H] for each text, as JSONL.
  void add_tokens(const std::vector<std::string>& texts, const std::vector<at::Tensor>& vectors);
  /// Call once, last. One text alone, where ranges are needed, throws Error; few are warned of.
  void finish(Console& console);

 private:
  void write(const std::vector<std::string>& texts, const at::Tensor& rows);

  LineOutput lines_;
  std::optional<MatrixFile> matrix_;
  std::optional<Quantization> kind_;
  std::vector<std::string> kept_texts_;
  std::vector<at::Tensor> kept_;
};

}  // namespace mtt
