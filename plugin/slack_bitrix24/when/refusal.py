"""Why a phrase was refused, in English and Russian. No I/O."""

from __future__ import annotations

from slack_bitrix24.errors import PhraseError

_TEXTS: dict[str, tuple[str, str]] = {
    "unknown": ('"{word}" is not understood as a part of a time', "не понимаю «{word}» как часть времени"),
    "empty": ("no time is given", "время не указано"),
    "no_time": (
        'no time is found at the end or the beginning, such as "in 20 minutes" or "every weekday at 9:45"',
        "не вижу времени в конце или в начале, например «через 20 минут» или «каждый будний день в 9:45»",
    ),
    "no_text": ("the text is missing: only a time is given", "не хватает текста: указано только время"),
    "past": ("{word} is over", "{word} уже в прошлом"),
    "twice": ('"{word}" says again what was said before it', "«{word}» повторяет уже сказанное"),
    "incomplete": ('"{word}" is not finished', "после «{word}» чего-то не хватает"),
    "mixed": ("these parts of the time do not fit together", "эти части времени не сочетаются"),
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
    """A phrase is refused: `code` says why, `word` which word (may be empty). The text is English."""

    def __init__(self, code: str, word: str = "") -> None:
        super().__init__(_TEXTS[code][0].format(word=word))
        self.code = code
        self.word = word


def explain(error: PhraseError, *, language: str) -> str:
    """Say why a phrase was refused, in English ("en") or Russian ("ru")."""
    if not isinstance(error, RefusalError):
        return str(error)
    return _TEXTS[error.code][language == "ru"].format(word=error.word)
