"""Why a phrase was refused, in English and Russian. No I/O."""

from __future__ import annotations

from slack_bitrix24.errors import PhraseError

_TEXTS: dict[str, tuple[str, str]] = {
    "unknown": ('"{word}" is not understood as a part of a time', "не понимаю «{word}» как часть времени"),
    "typo": (
        '"{word}" is not understood as a part of a time: did you mean "{hint}"? Else put the text in quotes',
        "не понимаю «{word}» как часть времени: может быть, «{hint}»? Если нет, возьмите текст в кавычки",
    ),
    "left": (
        '"{word}" beside the time is not understood: say the time another way, or put the text in quotes',
        "не понимаю «{word}» рядом со временем: скажите время иначе или возьмите текст в кавычки",
    ),
    "two_times": (
        'both "{word}" and "{hint}" are times: put the text in quotes',
        "и «{word}», и «{hint}» — время: возьмите текст в кавычки",
    ),
    "no_day": ('there is no such day as "{word}"', "такого дня нет: «{word}»"),
    "no_clock": ('"{word}" is no time of day', "«{word}» — не время суток"),
    "one": ("«в час» can be at night or in the afternoon", "скажите «в час дня» или «в час ночи»"),
    "count": (
        'name each of the times, as in "every day at 9 and 17" or "every Monday and Thursday"',
        "назовите каждое время: «каждый день в 9 и 17», «по понедельникам и четвергам»",
    ),
    "fraction": (
        '"{word}" can be a date or a part: say "on {word}", or put the text in quotes',
        "«{word}» может быть датой и долей: назовите месяц словом или возьмите текст в кавычки",
    ),
    "other_day": (
        'say "in 1 day" or "every 2 days": «через день» can be both',
        "скажите «через 1 день» или «каждые 2 дня»: «через день» понятно двояко",
    ),
    "empty": ("no time is given", "время не указано"),
    "no_time": ("no time is found at the end or the beginning", "не вижу времени в конце или в начале"),
    "no_text": ("the text is missing: only a time is given", "не хватает текста: указано только время"),
    "past": ("{word} is over", "{word} уже в прошлом"),
    "past_half": (
        '{word} is over: say "{hint}" if the later one is meant',
        "{word} уже в прошлом: если нужно позже, скажите «в {hint}»",
    ),
    "twice": ('"{word}" says again what was said before it', "«{word}» повторяет уже сказанное"),
    "incomplete": ('"{word}" is not finished', "после «{word}» чего-то не хватает"),
    "mixed": (
        "these parts of the time do not fit together: say it another way, or put the text in quotes",
        "эти части времени не сочетаются: скажите иначе или возьмите текст в кавычки",
    ),
    "second": (
        'say "every other …" or "the second … of every month": "every second …" can be both',
        "скажите «каждые 2 недели по …» или «каждый второй … месяца»: так понятно двояко",
    ),
    "last": (
        'say "last … of the month", or name the coming one without "last"',
        "скажите «последний … месяца» или назовите день без слова «последний»",
    ),
    "minutes": (
        "several times of day must share their minutes: make one reminder for each",
        "у нескольких времён должны совпадать минуты: создайте по напоминанию на каждое",
    ),
    "year": ("what repeats every year has no year of its own", "то, что повторяется каждый год, не имеет года"),
    "often": ("no more often than every minute", "не чаще раза в минуту"),
    "far": ("that is too far away", "это слишком далеко"),
    "never": ("that never comes", "это никогда не наступит"),
    "zone": ('no time zone is called "{word}"', "нет часового пояса «{word}»"),
    "cron": ("cron: {word}", "cron: {word}"),
    "stored": ("not a stored rule: {word}", "это не сохранённое правило: {word}"),
}


class RefusalError(PhraseError):
    """A phrase is refused: `code` says why, `word` which word, `hint` what may be meant (both may be empty).

    The text is English.
    """

    def __init__(self, code: str, word: str = "", *, hint: str = "") -> None:
        super().__init__(_TEXTS[code][0].format(word=word, hint=hint))
        self.code = code
        self.word = word
        self.hint = hint


def explain(error: PhraseError, *, language: str) -> str:
    """Say why a phrase was refused, in English ("en") or Russian ("ru")."""
    if not isinstance(error, RefusalError):
        return str(error)
    return _TEXTS[error.code][language == "ru"].format(word=error.word, hint=error.hint)
