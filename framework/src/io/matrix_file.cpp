#include "io/matrix_file.h"

#include "io/npy.h"
#include "io/safetensors_writer.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::int64_t kMostRows = std::int64_t{1} << 40;  // their number has its place in the header

}  // namespace

MatrixFile::MatrixFile(const std::filesystem::path& path, std::int64_t width, DType dtype)
    : file_(path), npy_(path.string().ends_with(".npy")), width_(width), dtype_(dtype), rows_(kMostRows) {
  const std::string largest = header();
  header_bytes_ = largest.size();
  rows_ = 0;
  file_.write(largest);
}

std::string MatrixFile::header() const {
  if (npy_) return npy_header({rows_, width_}, dtype_);
  return safetensors_header({"embeddings", dtype_, {rows_, width_}, nullptr}, {{"format", "pt"}},
                            header_bytes_);
}

void MatrixFile::append(const void* rows, std::int64_t count) {
  rows_ += count;
  file_.write(
      {static_cast<const char*>(rows), static_cast<std::size_t>(count * width_) * dtype_size(dtype_)});
}

void MatrixFile::commit() {
  const std::string last = header();
  if (last.size() != header_bytes_) throw Error("a matrix has more rows than its file can hold");
  file_.write_at_begin(last);
  file_.commit();
}

}  // namespace mtt
