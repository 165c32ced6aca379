"""A figure of speed and accuracy as SVG, without a plotting library."""
import math
from html import escape

FLOOR = 1e-7
COLOURS = {"mtt": "#c0392b", "sentence-transformers": "#2471a3", "ctranslate2": "#1e8449", "openvino": "#7d3c98", "onnxruntime": "#b9770e"}
LEFT, TOP, WIDTH, HEIGHT, ROW = 80, 50, 560, 420, 19


def mark(precision, x, y, colour):
    if precision == "fp32":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>'
    if precision == "bf16":
        return f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{colour}"/>'
    return f'<path d="M{x:.1f} {y - 6:.1f} l6 11 h-12 z" fill="{colour}"/>'


def step(largest):
    rough = largest / 6
    power = 10 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


def svg(points, title):
    """points: dictionaries with name, library, precision, rate and error (1 - mean cosine)."""
    largest = max(point["rate"] for point in points) * 1.02
    ticks = math.ceil(largest / step(largest))
    right = ticks * step(largest)
    decades = range(round(math.log10(FLOOR)), 0)

    def across(rate):
        return LEFT + WIDTH * rate / right

    def down(error):
        return TOP + HEIGHT * (decades[-1] - math.log10(max(error, FLOOR))) / (decades[-1] - decades[0])

    height = max(TOP + HEIGHT + 60, TOP + ROW * (len(points) + 2))
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 330}" height="{height}" font-family="sans-serif" font-size="12">',
             '<rect width="100%" height="100%" fill="white"/>', f'<text x="{LEFT}" y="25" font-size="14">{escape(title)}</text>']
    for decade in decades:
        y, label = down(10.0**decade), f"{'≤ ' if decade == decades[0] else ''}1e{decade}"
        lines.append(f'<path d="M{LEFT} {y:.1f} h{WIDTH}" stroke="#ddd"/><text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for number in range(ticks + 1):
        x = LEFT + WIDTH * number / ticks
        lines.append(f'<path d="M{x:.1f} {TOP} v{HEIGHT}" stroke="#eee"/>'
                     f'<text x="{x:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{right * number / ticks:g}</text>')
    lines.append(f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 40}" text-anchor="middle">sentences per second (lower right is better)</text>')
    lines.append(f'<text transform="translate(20 {TOP + HEIGHT / 2}) rotate(-90)" text-anchor="middle">1 - mean cosine to sentence-transformers fp32</text>')
    labels = []
    for number, point in enumerate(points, 1):
        x, y, colour = across(point["rate"]), down(point["error"]), COLOURS[point["library"]]
        lines.append(mark(point["precision"], x, y, colour))
        above = y - 10
        while any(abs(x - a) < 16 and abs(above - b) < 12 for a, b in labels):
            above -= 12
        labels.append((x, above))
        lines.append(f'<text x="{x:.1f}" y="{above:.1f}" text-anchor="middle" font-size="11" fill="{colour}">{number}</text>')
        row = TOP + ROW * number
        lines.append(mark(point["precision"], LEFT + WIDTH + 30, row - 4, colour))
        lines.append(f'<text x="{LEFT + WIDTH + 44}" y="{row}">{number}  {escape(point["name"])}</text>')
    return "\n".join([*lines, "</svg>", ""])
