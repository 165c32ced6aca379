#include "report/embedding_text.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"

namespace mtt {
namespace {

constexpr std::size_t kFirstValues = 4;
constexpr std::size_t kTextWidth = 56;

}  // namespace

std::string embedding_text(const float* vectors, std::size_t width, const std::vector<std::string>& texts,
                           std::size_t most) {
  std::string text = "\nEmbeddings (" + std::to_string(texts.size()) + " x " + std::to_string(width) +
                     ", in embeddings.npy)\n       norm  first values                             sentence\n";
  for (std::size_t i = 0; i < std::min(texts.size(), most); ++i) {
    const float* row = vectors + i * width;
    double square = 0;
    for (std::size_t d = 0; d < width; ++d) square += double{row[d]} * double{row[d]};
    std::string values;
    for (std::size_t d = 0; d < std::min(width, kFirstValues); ++d) values += formatted("%+.5f ", row[d]);
    text += formatted("%4.0f ", static_cast<double>(i + 1)) + formatted("%6.4f  ", std::sqrt(square)) +
            padded(values, 40) + " " + shortened(printable(texts[i]), kTextWidth) + "\n";
  }
  if (texts.size() > most) text += "     (the first " + std::to_string(most) + ")\n";
  return text;
}

}  // namespace mtt
