#include "model/truncated_vectors.h"

#include <string>

#include "model/pooling.h"
#include "mtt/error.h"

namespace mtt {

at::Tensor truncated_vectors(const at::Tensor& vectors, std::int64_t width, bool normalize) {
  if (width == vectors.size(1)) return vectors;
  if (width < 1 || width > vectors.size(1))
    throw Error("vectors of " + std::to_string(width) + " dimensions are asked for; expected 1 to " +
                std::to_string(vectors.size(1)) + ", those of the model");
  const at::Tensor first = vectors.narrow(1, 0, width);
  return (normalize ? normalized(first) : first).contiguous();
}

}  // namespace mtt
