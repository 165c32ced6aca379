#include "report/svg.h"

#include "report/axis.h"
#include "report/html_text.h"

namespace mtt {
namespace {

std::string svg_attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + coordinate(value) + "\"";
}

}  // namespace

std::string open_svg(const std::string& title, double width, double height) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(width) + " " +
         coordinate(height) + "\"" + svg_attribute("width", width) + svg_attribute("height", height) +
         " font-family=\"sans-serif\" font-size=\"11\" fill=\"currentColor\" role=\"img\" aria-label=\"" +
         html_text(title) + "\">\n";
}

std::string open_svg_file(const std::string& title, double width, double height, double title_left) {
  return open_svg(title, width, height) +
         "<rect class=\"ground\" width=\"100%\" height=\"100%\" fill=\"white\"/>\n" +
         svg_text(title_left, 18, "start", title, " font-size=\"13\" font-weight=\"bold\"");
}

std::string svg_line(double x1, double y1, double x2, double y2, const std::string& colour, double width) {
  return "<line" + svg_attribute("x1", x1) + svg_attribute("y1", y1) + svg_attribute("x2", x2) +
         svg_attribute("y2", y2) + " stroke=\"" + colour + "\"" + svg_attribute("stroke-width", width) +
         "/>\n";
}

std::string svg_grid_line(double x1, double y1, double x2, double y2) {
  return "<line" + svg_attribute("x1", x1) + svg_attribute("y1", y1) + svg_attribute("x2", x2) +
         svg_attribute("y2", y2) + " stroke=\"#808080\" stroke-opacity=\"0.25\"/>\n";
}

std::string svg_text(double x, double y, const std::string& anchor, const std::string& words,
                     const std::string& attributes) {
  return "<text" + svg_attribute("x", x) + svg_attribute("y", y) + " text-anchor=\"" + anchor + "\"" +
         attributes + ">" + html_text(words) + "</text>\n";
}

std::string svg_vertical_text(double x, double y, const std::string& words) {
  return "<text transform=\"translate(" + coordinate(x) + " " + coordinate(y) +
         ") rotate(-90)\" text-anchor=\"middle\">" + html_text(words) + "</text>\n";
}

std::string svg_dot(double x, double y, double radius, const std::string& colour, const std::string& tooltip,
                    const std::string& attributes) {
  return "<circle" + svg_attribute("cx", x) + svg_attribute("cy", y) + svg_attribute("r", radius) +
         " fill=\"" + colour + "\"" + attributes + "><title>" + html_text(tooltip) + "</title></circle>\n";
}

}  // namespace mtt
