"""What a card's colour says: which Bitrix24 token, and which of several wins. No I/O."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable

from slack_bitrix24.bitrix24.blocks import ColorToken

_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


def is_color(color: str) -> bool:
    """Say whether it is "#rrggbb"."""
    return bool(_HEX.fullmatch(color))


def token(color: str) -> ColorToken:
    """Return the token next to a colour: alert for reds, secondary for greys, base without one, else primary."""
    hue, gray = _hue(color)
    if not is_color(color):
        return "base"
    if gray:
        return "secondary"
    return "alert" if _is_red(hue) else "primary"


def leading(colors: Iterable[str]) -> str:
    """Return the colour for all cards together: ATTACH has one bar.

    Red before amber before the first of the others: who sees the bar alone must not take a failure among successes for
    a success.
    """
    known = [color for color in colors if is_color(color)]
    return max(known, key=_alarm, default="")  # max keeps the first of equals


def _alarm(color: str) -> int:
    hue, gray = _hue(color)
    if gray:
        return 0
    return 2 if _is_red(hue) else int(hue < 65)


def _is_red(hue: float) -> bool:
    return hue <= 20 or hue >= 340


def _hue(color: str) -> tuple[float, bool]:
    found = _HEX.fullmatch(color)
    red, green, blue = (int(part, 16) / 255 for part in found.groups()) if found else (0.0, 0.0, 0.0)
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    return hue * 360, saturation < 0.2 or value < 0.2
