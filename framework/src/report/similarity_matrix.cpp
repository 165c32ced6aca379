#include "report/similarity_matrix.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"
#include "report/html_text.h"

namespace mtt {
namespace {

constexpr std::size_t kLabelWidth = 60;
constexpr int kCell = 44;
constexpr int kLabelSpace = 420;

const char* shade(double value) {
  constexpr const char* kShades[] = {" ", "░", "▒", "▓", "█"};
  return kShades[std::clamp(static_cast<int>(value * 5), 0, 4)];
}

// From near white to dark blue.
void colour_of(double value, int rgb[3]) {
  constexpr int kLow[] = {247, 251, 255}, kHigh[] = {8, 48, 107};
  const double t = std::clamp(value, 0.0, 1.0);
  for (int i = 0; i < 3; ++i) rgb[i] = static_cast<int>(std::lround(kLow[i] + t * (kHigh[i] - kLow[i])));
}

std::string coloured(const std::string& text, double value) {
  int rgb[3];
  colour_of(value, rgb);
  return "\x1b[48;2;" + std::to_string(rgb[0]) + ";" + std::to_string(rgb[1]) + ";" + std::to_string(rgb[2]) +
         "m\x1b[38;5;" + (value > 0.5 ? "255" : "16") + "m" + text + "\x1b[0m";
}

}  // namespace

std::string similarity_text(const std::vector<double>& values, std::size_t count, std::size_t most,
                            bool colours) {
  const std::size_t shown = std::min(count, most);
  std::string text = "     ";
  for (std::size_t j = 0; j < shown; ++j) text += formatted("%6.0f ", static_cast<double>(j + 1));
  text += "\n";
  for (std::size_t i = 0; i < shown; ++i) {
    text += formatted("%4.0f ", static_cast<double>(i + 1));
    for (std::size_t j = 0; j < shown; ++j) {
      const double value = values[i * count + j];
      text +=
          colours ? coloured(formatted(" %5.2f ", value), value) : shade(value) + formatted("%5.2f ", value);
    }
    text += "\n";
  }
  if (shown < count)
    text += "     (the first " + std::to_string(shown) + " of " + std::to_string(count) +
            "; similarity.svg has all)\n";
  return text;
}

std::string similarity_svg(const std::vector<double>& values, const std::vector<std::string>& texts) {
  const std::size_t count = texts.size();
  const int side = static_cast<int>(count) * kCell;
  const std::string width = std::to_string(side + kLabelSpace + 10), height = std::to_string(side + 40);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " + height +
                    "\" width=\"" + width + "\" height=\"" + height +
                    "\" font-family=\"sans-serif\" font-size=\"12\">\n<title>Cosine similarities</title>\n";
  for (std::size_t i = 0; i < count; ++i) {
    const int y = 30 + static_cast<int>(i) * kCell;
    const std::string label = std::to_string(i + 1) + ". " + shortened(printable(texts[i]), kLabelWidth);
    svg += "<text x=\"" + std::to_string(kLabelSpace - 8) + "\" y=\"" + std::to_string(y + kCell / 2 + 4) +
           "\" text-anchor=\"end\">" + html_text(label) + "</text>\n";
    svg += "<text x=\"" + std::to_string(kLabelSpace + static_cast<int>(i) * kCell + kCell / 2) +
           "\" y=\"20\" text-anchor=\"middle\">" + std::to_string(i + 1) + "</text>\n";
    for (std::size_t j = 0; j < count; ++j) {
      const double value = values[i * count + j];
      const int x = kLabelSpace + static_cast<int>(j) * kCell;
      int rgb[3];
      colour_of(value, rgb);
      svg += "<rect x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" width=\"" +
             std::to_string(kCell) + "\" height=\"" + std::to_string(kCell) + "\" fill=\"rgb(" +
             std::to_string(rgb[0]) + "," + std::to_string(rgb[1]) + "," + std::to_string(rgb[2]) +
             ")\"/><text x=\"" + std::to_string(x + kCell / 2) + "\" y=\"" +
             std::to_string(y + kCell / 2 + 4) + "\" text-anchor=\"middle\" fill=\"" +
             (value > 0.5 ? "white" : "black") + "\">" + formatted("%.2f", value) + "</text>\n";
    }
  }
  return svg + "</svg>\n";
}

}  // namespace mtt
