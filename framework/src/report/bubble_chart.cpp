#include "report/bubble_chart.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"
#include "report/axis.h"
#include "report/html_text.h"
#include "report/series_colour.h"
#include "report/svg.h"
#include "value/utf8.h"

namespace mtt {
namespace {

constexpr double kBubbleWidth = 640, kBubbleHeight = 420, kPlotLeft = 64, kPlotRight = 20, kPlotTop = 34,
                 kPlotBottom = 56;
constexpr double kLetterWidth = 5.6;  // of 11 pixels high letters, about
constexpr double kLargestRadius = 18, kSmallestRadius = 3;

/// Places for labels that do not overlap.
class LabelPlaces {
 public:
  /// The y nearest to `y` at which a label from `left` to `right` covers no earlier one, within the plot; `y`
  /// where there is none.
  double find(double left, double right, double y) {
    for (int step = 0; step <= 2 * kMostSteps; ++step) {
      const double moved = y + (step % 2 == 0 ? 1 : -1) * kLineHeight * ((step + 1) / 2) / 2;
      if (moved < kPlotTop || moved > kBubbleHeight - kPlotBottom || covers(left, right, moved)) continue;
      taken_.push_back({left, right, moved});
      return moved;
    }
    taken_.push_back({left, right, y});
    return y;
  }

 private:
  static constexpr int kMostSteps = 12;
  static constexpr double kLineHeight = 12;
  struct Place {
    double left, right, y;
  };
  bool covers(double left, double right, double y) const {
    return std::any_of(taken_.begin(), taken_.end(), [&](const Place& place) {
      return left < place.right && place.left < right && std::abs(y - place.y) < kLineHeight;
    });
  }
  std::vector<Place> taken_;
};

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
  std::string svg = open_svg_file(title, kBubbleWidth, kBubbleHeight, kPlotLeft);
  for (const double tick : y.ticks())
    svg += svg_grid_line(kPlotLeft, up(tick), right, up(tick)) +
           svg_text(kPlotLeft - 6, up(tick) + 4, "end", formatted("%.4g", tick));
  for (const double tick : logarithmic_ticks(std::pow(10, x.low), std::pow(10, x.high)))
    svg += svg_grid_line(across(tick), kPlotTop, across(tick), bottom) +
           svg_text(across(tick), bottom + 16, "middle", formatted("%.4g", tick));
  svg += svg_text((kPlotLeft + right) / 2, bottom + 36, "middle", x_name) +
         svg_vertical_text(14, (kPlotTop + bottom) / 2, y_name);
  std::sort(bubbles.begin(), bubbles.end(), [](const Bubble& a, const Bubble& b) { return a.area > b.area; });
  LabelPlaces labels;
  for (const Bubble& one : bubbles) {
    const std::string colour = series_colour(one.colour);
    const double radius = largest > 0
                              ? std::max(kSmallestRadius, kLargestRadius * std::sqrt(one.area / largest))
                              : kSmallestRadius;
    const double cx = across(one.x), cy = up(one.y);
    if (std::isfinite(one.half))
      svg += svg_line(cx, up(one.y - one.half), cx, up(one.y + one.half), colour, 1);
    svg += svg_dot(cx, cy, radius, colour, one.tooltip, " fill-opacity=\"0.45\" stroke=\"" + colour + "\"");
    const std::string name = shortened(one.name, 28);
    const double width = kLetterWidth * static_cast<double>(count_code_points(name));
    const bool left = cx > kPlotLeft + 0.75 * (right - kPlotLeft);
    const double edge = cx + (left ? -radius - 3 : radius + 3);
    svg += svg_text(edge, labels.find(left ? edge - width : edge, left ? edge : edge + width, cy + 4),
                    left ? "end" : "start", name);
  }
  return svg + "</svg>\n";
}

}  // namespace mtt
