// Elements of SVG pictures.
#pragma once

#include <string>

namespace mtt {

/// Begins a picture with a view box, so that it scales, and with its name for screen readers. Text has the
/// colour of the text around the picture.
std::string open_svg(const std::string& title, double width, double height);

/// The same for a file: with its title in bold, `title_left` from the left, on a white ground of the class
/// "ground", which a page leaves out.
std::string open_svg_file(const std::string& title, double width, double height, double title_left);

std::string svg_line(double x1, double y1, double x2, double y2, const std::string& colour, double width);

/// A line of a grid, visible on light and on dark ground.
std::string svg_grid_line(double x1, double y1, double x2, double y2);

/// Words at a place; `anchor` is start, middle or end, `attributes` are further ones, with a blank before
/// each.
std::string svg_text(double x, double y, const std::string& anchor, const std::string& words,
                     const std::string& attributes = "");

/// Words along a vertical axis, from below to above, centred at a place.
std::string svg_vertical_text(double x, double y, const std::string& words);

/// A circle with a tooltip.
std::string svg_dot(double x, double y, double radius, const std::string& colour, const std::string& tooltip,
                    const std::string& attributes = "");

}  // namespace mtt
