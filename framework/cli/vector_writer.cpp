#include "vector_writer.h"

#include <ATen/ops/cat.h>

#include "io/json_row.h"
#include "mtt/error.h"
#include "mtt/value.h"

namespace mtt {
namespace {

constexpr std::int64_t kFewTexts = 100;

bool is_bits(const std::string& quantize) { return quantize.ends_with("binary"); }

DType dtype_of(const std::string& quantize) {
  if (quantize.empty()) return DType::F32;
  return quantize.starts_with("u") ? DType::U8 : DType::I8;
}

std::string row_json(const at::Tensor& row) {
  if (row.scalar_type() == at::kFloat) return json_row(row.const_data_ptr<float>(), row.size(0));
  const at::Tensor integers = row.to(at::kInt);
  return json_row(integers.const_data_ptr<std::int32_t>(), row.size(0));
}

}  // namespace

VectorWriter::VectorWriter(const std::string& output, std::int64_t width, const std::string& quantize)
    : lines_(output) {
  if (!quantize.empty()) kind_ = quantization(quantize);
  if (output.ends_with(".npy") || output.ends_with(".safetensors"))
    matrix_.emplace(output, is_bits(quantize) ? (width + 7) / 8 : width, dtype_of(quantize));
}

void VectorWriter::add(const std::vector<std::string>& texts, const at::Tensor& vectors) {
  if (!kind_) return write(texts, vectors);
  if (*kind_ == Quantization::binary || *kind_ == Quantization::ubinary)
    return write(texts, quantized_to_bits(vectors, *kind_));
  kept_texts_.insert(kept_texts_.end(), texts.begin(), texts.end());
  kept_.push_back(vectors);
}

void VectorWriter::add_tokens(const std::vector<std::string>& texts, const std::vector<at::Tensor>& vectors) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string rows;
    for (std::int64_t token = 0; token < vectors[i].size(0); ++token)
      rows += (token > 0 ? "," : "") + row_json(vectors[i][token]);
    lines_.add("{\"text\":" + Value(texts[i]).json() + ",\"token_embeddings\":[" + rows + "]}");
  }
  lines_.flush();
}

void VectorWriter::finish(Console& console) {
  if (!kept_.empty()) {
    const at::Tensor all = at::cat(kept_);
    if (all.size(0) == 1)
      throw Error("--quantize takes the ranges of the dimensions from the texts; give more than one text");
    if (all.size(0) < kFewTexts)
      console.warn("--quantize: the ranges of the dimensions are those of only " +
                   std::to_string(all.size(0)) + " texts");
    write(kept_texts_, quantized_to_bytes(all, VectorRanges::of(all), *kind_));
  }
  matrix_ ? matrix_->commit() : lines_.finish();
}

void VectorWriter::write(const std::vector<std::string>& texts, const at::Tensor& rows) {
  if (matrix_) return matrix_->append(rows.const_data_ptr(), rows.size(0));
  for (std::int64_t i = 0; i < rows.size(0); ++i)
    lines_.add("{\"text\":" + Value(texts[i]).json() + ",\"embedding\":" + row_json(rows[i]) + "}");
  lines_.flush();
}

}  // namespace mtt
