#include "report/bubble_chart.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"
#include "report/axis.h"
#include "report/html_text.h"

namespace mtt {
namespace {

constexpr double kBubbleWidth = 640, kBubbleHeight = 420, kPlotLeft = 64, kPlotRight = 20, kPlotTop = 34,
                 kPlotBottom = 56;
constexpr double kLargestRadius = 18, kSmallestRadius = 3;

std::string attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + coordinate(value) + "\"";
}

std::string words(double x, double y, const std::string& anchor, const std::string& text,
                  const std::string& more = "") {
  return "<text" + attribute("x", x) + attribute("y", y) + " text-anchor=\"" + anchor + "\"" + more + ">" +
         html_text(text) + "</text>\n";
}

std::string stroke(double x1, double y1, double x2, double y2, const std::string& colour) {
  return "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) +
         " stroke=\"" + colour + "\"/>\n";
}

/// 1, 2 and 5 times the powers of ten within the range.
std::vector<double> logarithmic_ticks(double low, double high) {
  std::vector<double> ticks;
  for (double power = std::pow(10, std::floor(std::log10(low))); power <= high; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0})
      if (power * factor >= low && power * factor <= high) ticks.push_back(power * factor);
  return ticks;
}

}  // namespace

std::string bubble_chart(const std::string& title, const std::string& x_name, const std::string& y_name,
                         std::vector<Bubble> bubbles) {
  std::erase_if(bubbles, [](const Bubble& one) {
    return !std::isfinite(one.x) || one.x <= 0 || !std::isfinite(one.y);
  });
  if (bubbles.empty()) return "";
  Axis x, y;
  double largest = 0;
  for (const Bubble& one : bubbles) {
    const double half = std::isfinite(one.half) ? one.half : 0;
    x.include(std::log10(one.x));
    y.include(one.y - half);
    y.include(one.y + half);
    largest = std::max(largest, one.area);
  }
  const double low = x.low, high = x.high;
  x.include(low - 0.05 * (high - low) - 0.02);
  x.include(high + 0.05 * (high - low) + 0.02);
  y.widen();
  const double bottom = kBubbleHeight - kPlotBottom, right = kBubbleWidth - kPlotRight;
  const auto across = [&](double value) { return x.place(std::log10(value), kPlotLeft, right); };
  const auto up = [&](double value) { return y.place(value, bottom, kPlotTop); };
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(kBubbleWidth) +
                    " " + coordinate(kBubbleHeight) + "\" width=\"" + coordinate(kBubbleWidth) +
                    "\" height=\"" + coordinate(kBubbleHeight) +
                    "\" font-family=\"sans-serif\" font-size=\"11\" role=\"img\" "
                    "aria-label=\"" +
                    html_text(title) +
                    "\">\n<rect width=\"100%\" height=\"100%\" "
                    "fill=\"white\"/>\n" +
                    words(kPlotLeft, 18, "start", title, " font-size=\"13\" font-weight=\"bold\"");
  for (const double tick : y.ticks())
    svg += stroke(kPlotLeft, up(tick), right, up(tick), "#e4e4e4") +
           words(kPlotLeft - 6, up(tick) + 4, "end", formatted("%.4g", tick));
  for (const double tick : logarithmic_ticks(std::pow(10, x.low), std::pow(10, x.high)))
    svg += stroke(across(tick), kPlotTop, across(tick), bottom, "#f0f0f0") +
           words(across(tick), bottom + 16, "middle", formatted("%.4g", tick));
  svg += words((kPlotLeft + right) / 2, bottom + 36, "middle", x_name) + "<text transform=\"translate(14 " +
         coordinate((kPlotTop + bottom) / 2) + ") rotate(-90)\" text-anchor=\"middle\">" + html_text(y_name) +
         "</text>\n";
  std::sort(bubbles.begin(), bubbles.end(), [](const Bubble& a, const Bubble& b) { return a.area > b.area; });
  for (const Bubble& one : bubbles) {
    const std::string colour = series_colour(one.colour);
    const double radius = largest > 0
                              ? std::max(kSmallestRadius, kLargestRadius * std::sqrt(one.area / largest))
                              : kSmallestRadius;
    const double cx = across(one.x), cy = up(one.y);
    if (std::isfinite(one.half)) svg += stroke(cx, up(one.y - one.half), cx, up(one.y + one.half), colour);
    svg += "<circle" + attribute("cx", cx) + attribute("cy", cy) + attribute("r", radius) + " fill=\"" +
           colour + "\" fill-opacity=\"0.45\" stroke=\"" + colour + "\"><title>" + html_text(one.tooltip) +
           "</title></circle>\n";
    const bool left = cx > kPlotLeft + 0.75 * (right - kPlotLeft);
    svg += words(cx + (left ? -radius - 3 : radius + 3), cy + 4, left ? "end" : "start",
                 shortened(one.name, 24));
  }
  return svg + "</svg>\n";
}

}  // namespace mtt
