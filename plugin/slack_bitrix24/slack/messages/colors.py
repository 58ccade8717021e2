"""An attachment's colour as `#rrggbb`. No I/O."""

from __future__ import annotations

import re

_NAMED = {
    # https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
    "good": "#2eb886",
    "warning": "#daa038",
    "danger": "#a30200",
    # the names of CSS that senders use: https://www.w3.org/TR/css-color-4/#named-colors
    "aqua": "#00ffff",
    "black": "#000000",
    "blue": "#0000ff",
    "brown": "#a52a2a",
    "crimson": "#dc143c",
    "cyan": "#00ffff",
    "darkblue": "#00008b",
    "darkgreen": "#006400",
    "darkorange": "#ff8c00",
    "darkred": "#8b0000",
    "fuchsia": "#ff00ff",
    "gold": "#ffd700",
    "gray": "#808080",
    "green": "#008000",
    "grey": "#808080",
    "indigo": "#4b0082",
    "lightblue": "#add8e6",
    "lightgreen": "#90ee90",
    "lime": "#00ff00",
    "limegreen": "#32cd32",
    "magenta": "#ff00ff",
    "maroon": "#800000",
    "navy": "#000080",
    "olive": "#808000",
    "orange": "#ffa500",
    "orangered": "#ff4500",
    "pink": "#ffc0cb",
    "purple": "#800080",
    "red": "#ff0000",
    "royalblue": "#4169e1",
    "salmon": "#fa8072",
    "silver": "#c0c0c0",
    "skyblue": "#87ceeb",
    "steelblue": "#4682b4",
    "teal": "#008080",
    "tomato": "#ff6347",
    "turquoise": "#40e0d0",
    "violet": "#ee82ee",
    "white": "#ffffff",
    "yellow": "#ffff00",
    # what other parts of a sender's world call the same
    "success": "#2eb886",
    "ok": "#2eb886",
    "info": "#439fe0",
    "error": "#a30200",
    "critical": "#a30200",
}
_HEX = re.compile(r"(?:#|0x)?([0-9a-f]{6})(?:[0-9a-f]{2})?")
_SHORT = re.compile(r"#?([0-9a-f])([0-9a-f])([0-9a-f])")


def color(value: str) -> str:
    """Return the colour as `#rrggbb`, or nothing where it is none."""
    value = value.strip().lower()
    if value in _NAMED:
        return _NAMED[value]
    if found := _HEX.fullmatch(value):
        return f"#{found[1]}"
    if found := _SHORT.fullmatch(value):
        return "#" + "".join(digit * 2 for digit in found.groups())
    return ""
