// Elements of SVG pictures.
#pragma once

#include <string>

namespace mtt {

/// Begins a picture with a view box, so that it scales, and with its name for screen readers. Text has the
/// colour of the text around the picture.
std::string open_svg(const std::string& title, double width, double height);

/// The same for a file: with its title in bold, `title_left` from the left, on a white background of the
/// class "ground", which a page hides.
std::string open_svg_file(const std::string& title, double width, double height, double title_left);

std::string svg_line(double x1, double y1, double x2, double y2, const std::string& colour, double width);

/// A grid line, visible on light and dark backgrounds.
std::string svg_grid_line(double x1, double y1, double x2, double y2);

/// Text at a position. `anchor` is start, middle or end; `attributes` are additional ones, each after a
/// blank.
std::string svg_text(double x, double y, const std::string& anchor, const std::string& words,
                     const std::string& attributes = "");

/// Text along a vertical axis, upwards, centred at a position.
std::string svg_vertical_text(double x, double y, const std::string& words);

/// A circle with a tooltip.
std::string svg_dot(double x, double y, double radius, const std::string& colour, const std::string& tooltip,
                    const std::string& attributes = "");

}  // namespace mtt
