"""What fixes an hour in the day: "pm", "in the evening", «дня». No I/O."""

from __future__ import annotations

from dataclasses import replace

from slack_bitrix24.when.reader import Clock, Reader
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.tokens import Kind, Part, Token


def in_part(time: Clock, part_of_day: Part) -> Clock:
    """Move an hour up to 12 to where this part of the day has it: "9" in the evening is 21:00."""
    if time.hour > 12:
        if part_of_day is Part.MORNING:
            raise RefusalError("mixed")
        return time
    hour = time.hour % 12
    moved = {
        Part.MORNING: hour,
        Part.AFTERNOON: time.hour if time.hour > 9 else hour + 12,
        Part.EVENING: hour + 12 if hour else 0,
        Part.NIGHT: hour + 12 if hour > 5 else hour,
    }
    return replace(time, hour=moved[part_of_day], open=False)


def suffixed(reader: Reader, time: Clock, token: Token) -> Clock:
    """Read "pm" or «вечера» after a time."""
    if meridiem := reader.take(Kind.MERIDIEM):
        if time.hour > 12 and not meridiem.value[0]:
            raise RefusalError("unknown", f"{token.text} {meridiem.text}")
        if time.hour > 12:
            return replace(time, open=False)
        return replace(time, hour=time.hour % 12 + 12 * meridiem.value[0], open=False)
    if reader.take(Kind.MIDDAY):
        return in_part(time, Part.AFTERNOON)
    if suffix := reader.take(Kind.PART):
        return in_part(time, Part(suffix.value[0]))
    return time
