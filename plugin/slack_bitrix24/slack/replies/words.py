"""What the program says to people, in English and Russian. No I/O.

One table, so that a sentence is found and mended in one place. Every text has both languages; a test holds that.
`{names}` and the like are filled by `say`; what comes from people is escaped by whoever fills it in (see `escape`).
"""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["en", "ru"]

WORDS: dict[str, tuple[str, str]] = {
    "and": ("and", "и"),
    "or": ("or", "или"),
    "more": ("{n} more", "ещё {n}"),
    "more_reasons": (
        "and {n} more; `{command} status` shows what became of each",
        "и ещё {n}; что стало с каждым, покажет `{command} статус`",
    ),
    "seconds": ("{n} s", "{n} с"),
    "queued": ("Queued for {names}", "В очереди: {names}"),
    "delivered": ("Delivered to {names} in {time}", "Доставлено: {names} — за {time}"),
    "failed": ("Not delivered to {names}: {reason}", "Не доставлено: {names} — {reason}"),
    "waiting": (
        "Still on its way to {names}: {reason}. `{command} status` shows what becomes of it",
        "Ещё в пути: {names} — {reason}. Что с ним стало, покажет `{command} статус`",
    ),
    "not_sent_yet": ("not sent yet", "ещё не отправлено"),
    "not_answered_yet": ("Bitrix24 has not answered yet", "Битрикс24 ещё не ответил"),
    "stop_access": ("Bitrix24 does not let the bridge in", "Битрикс24 не пускает мост"),
    "stop_away": ("Bitrix24 does not answer", "Битрикс24 не отвечает"),
    "stop_overload": ("Bitrix24 has blocked the bridge for overload", "Битрикс24 заблокировал мост за перегрузку"),
    "stop_plan": ("the Bitrix24 plan has run out", "тариф Битрикс24 закончился"),
    "kept": ("{why}. It is kept and goes out by itself", "{why}. Всё сохранено и уйдёт само"),
    "kept_told": (
        "{why}; your administrator has been told. It is kept and goes out by itself",
        "{why}; администратор уже знает. Всё сохранено и уйдёт само",
    ),
    "refused": ("Bitrix24 refused it: {why}", "Битрикс24 отказал: {why}"),
    "waits_again": (
        "Bitrix24 did not take it; it is tried again by itself",
        "Битрикс24 не принял; попытка повторится сама",
    ),
    "waits_slower": ("Bitrix24 asks to go slower; it goes out by itself", "Битрикс24 просит помедленнее; уйдёт само"),
    "waits_update": (
        "an update of this message went out a moment ago; this one follows",
        "обновление этого сообщения ушло только что; это — следом",
    ),
    "delivered_twice": (
        "Delivered to {names} in {time}, perhaps twice: an answer of Bitrix24's got lost on the way",
        "Доставлено: {names} — за {time}, возможно дважды: один из ответов Битрикс24 потерялся",
    ),
    "take_it": ("Take it", "Взять"),
    "taken": ("taken by {name}, {time}", "взял(а) {name}, {time}"),
    "bot_deaf": (
        "The bot at Bitrix24 portal “{portal}” was not heard for 12 hours, and clicks are lost after 24: {reason}",
        "Бот портала Битрикс24 «{portal}» не отвечает 12 часов, а нажатия хранятся 24 часа: {reason}",
    ),
    "perhaps_twice": ("perhaps twice", "возможно, дважды"),
    "tags_yes": ("_{portal} keeps tags (asked {date})_", "_{portal}: метки сохраняются (проверено {date})_"),
    "tags_no": (
        "_{portal} keeps no tags (asked {date}): a lost answer may be seen twice, nothing can be taken back_",
        "_{portal}: метки не сохраняются (проверено {date}): возможны повторы, отозвать нельзя_",
    ),
    "tags_unknown": (
        "_{portal}: whether it keeps tags is not known (refused {date}), taken as not kept_",
        "_{portal}: неизвестно, сохраняются ли метки (отказ {date}); считается, что нет_",
    ),
    "why_MAY_HAVE_ARRIVED": (
        "Bitrix24's answer got lost: it may have arrived",
        "ответ Битрикс24 потерялся: возможно, оно дошло",
    ),
    "why_CANT_BE_TAKEN_BACK": (
        "it was delivered and can't be taken back: the portal keeps no tags",
        "оно доставлено, и отозвать его нельзя: портал не сохраняет метки",
    ),
    "why_NOTIFICATIONS_OFF": (
        "Bitrix24 user {user} has switched these notifications off: nothing was stored",
        "пользователь Битрикс24 {user} отключил такие уведомления: ничего не сохранено",
    ),
    "why_USER_UNKNOWN": ("Bitrix24 has no user {user}", "в Битрикс24 нет пользователя {user}"),
    "why_USER_DISMISSED": ("Bitrix24 user {user} is dismissed", "пользователь Битрикс24 {user} уволен"),
    "why_USER_IS_BOT": ("Bitrix24 user {user} is a bot", "пользователь Битрикс24 {user} — бот"),
    "why_USER_IS_EMAIL": (
        "Bitrix24 user {user} is an e-mail user, who has no notifications",
        "пользователь Битрикс24 {user} — почтовый, уведомлений у него нет",
    ),
    "why_USER_IS_EXTERNAL": ("Bitrix24 user {user} is no employee", "пользователь Битрикс24 {user} — не сотрудник"),
    "replaced": ("Replaced by a newer version: {names}", "Заменено новой версией: {names}"),
    "cancelled": ("Cancelled: {names}", "Отменено: {names}"),
    "nobody_notified": ("Nobody was notified.", "Никто не уведомлён."),
    "unmapped": (
        "{who} is not in the mapping file: ask an administrator to add `{id}:` and the Bitrix24 user's number",
        "{who} нет в файле соответствий: попросите администратора добавить `{id}:` и номер пользователя Битрикс24",
    ),
    "no_group": ("No group is called {who}", "Нет группы {who}"),
    "nobody": ("Nobody is called {who}", "Никого нет под именем {who}"),
    "meant_who": ("Did you mean {choices}?", "Может быть, {choices}?"),
    "several": ("{who} may be {choices}: say which", "{who} — это может быть {choices}: уточните"),
    "empty": ("There is nobody in {who}", "В {who} никого нет"),
    "not_here": ("{who} means nobody here", "{who} здесь никого не означает"),
    "unread": (
        "Slack does not tell who is in {who}: invite the app there with `/invite`, or name the people",
        "Slack не говорит, кто есть в {who}: пригласите туда приложение (`/invite`) или назовите людей",
    ),
    "unanswered": (
        "Slack does not say at the moment who is in {who}",
        "Slack сейчас не отвечает, кто есть в {who}",
    ),
    "not_yet": (
        "Slack has not told yet who {who} is. Try again in a minute",
        "Slack ещё не сказал, кто такие {who}. Повторите через минуту",
    ),
    "withheld": (
        (
            "{who} is not known: Slack does not let me read the workspace's people (scope `users:read`). Choose the "
            "person from Slack's list after @, name them as bitrix24:10, or ask an administrator to add the scope"
        ),
        (
            "{who}: не знаю, кто это, — Slack не даёт читать список людей (право `users:read`). Выберите человека "
            "из списка Slack после @, укажите bitrix24:10 или попросите администратора дать это право"
        ),
    ),
    "not_read": (
        "Nothing was sent: Slack could not be asked who is meant by {who}. Try again in a minute",
        "Ничего не отправлено: не удалось узнать у Slack, кто имеется в виду: {who}. Повторите через минуту",
    ),
    "no_portal": ("{who} is at a portal that is not configured", "{who}: такой портал не настроен"),
    "working": ("One moment: asking Slack who is meant by {who} …", "Минуту: узнаю у Slack, кто это: {who} …"),
    "no_text": ("There is no text to send", "Нет текста для отправки"),
    "name_somebody": (
        "I don't know “{word}”. Begin with whom to notify, as in `{command} @anna text`; see `{command} help`",
        "Не понимаю «{word}». Начните с того, кого уведомить: `{command} @anna текст`; ещё — `{command} помощь`",
    ),
    "needs_number": (
        "`{command} {verb}` needs a number: `{command} {verb} 17`",
        "Укажите номер: `{command} {verb} 17`",
    ),
    "no_address": (
        "“{word}” names nobody: say @anna, @oncall or bitrix24:10",
        "«{word}» — не адрес: @anna, @oncall, bitrix24:10",
    ),
    "meant": ("Did you mean `{command} {hint}`?", "Может быть, `{command} {hint}`?"),
    "may_not_notify": (
        "You may not notify people: `permissions.notify` of the configuration says who may",
        "Вам нельзя отправлять уведомления: кому можно, сказано в `permissions.notify` настроек",
    ),
    "may_not_broadcast": (
        "Only those whom the configuration names under `permissions.broadcast` may notify more than 20 people at once",
        "Больше 20 человек сразу могут уведомлять только те, кто назван в `permissions.broadcast` настроек",
    ),
    "not_kept": (
        "Nothing was done: the database does not answer now. Try again in a minute",
        "Ничего не сделано: база данных сейчас недоступна. Повторите через минуту",
    ),
    "in_doubt": (
        "The database fell silent over it: this was done, or was not. See `status` or `reminders` before you repeat it",
        "База данных замолчала: это либо сделано, либо нет. Проверьте `статус` или `напоминания`, прежде чем повторять",
    ),
    "went_wrong": (
        "Something went wrong here and nothing was sent; the log says what",
        "Здесь что-то сломалось, ничего не отправлено; подробности в журнале",
    ),
    "reminder_kept": ("Reminder for {names}, {when}: {text}", "Напоминание ({names}), {when}: {text}"),
    "reminder_next": ("Next: {times}", "Ближайшие: {times}"),
    "reminder_undo": ("`{command} cancel {id}` takes it back", "Отменить: `{command} отмени {id}`"),
    "reminder_from": ("{name}, a reminder in Slack", "{name}, напоминание из Slack"),
    "nobody_reminded": ("No reminder was kept.", "Напоминание не сохранено."),
    "reminder_time": (
        "When? {reason}. For example: in 20 minutes, tomorrow at 9:00, every weekday at 9:45",
        "Когда? {reason}. Например: через 20 минут, завтра в 9:00, каждый будний день в 9:45",
    ),
    "reminder_text": (
        "What about? There is a time and no text. For example: `{command} remind me to stretch in 20 minutes`",
        "О чём? Есть время, но нет текста. Например: `{command} напомни мне размяться через 20 минут`",
    ),
    "reminders_none": ("No reminders are waiting.", "Напоминаний нет."),
    "reminders_some": ("Upcoming reminders:", "Ближайшие напоминания:"),
    "reminders_first": ("The next {n} of {total} reminders:", "Ближайшие {n} из {total} напоминаний:"),
    "reminder_following": ("next {time}", "следующее — {time}"),
    "reminder_again": ("once more {time}", "ещё раз {time}"),
    "reminder_for": ("for {who}", "кому: {who}"),
    "reminder_trouble": ("did not reach everybody: {why}", "уведомлены не все: {why}"),
    "reminder_gone": ("Reminder {id} is cancelled", "Напоминание {id} отменено"),
    "reminder_unknown": ("There is no reminder {id} of yours", "У вас нет напоминания {id}"),
    "reminder_paused": ("paused", "на паузе"),
    "reminder_resumed": ("Reminder {id} rings again: {when}", "Напоминание {id} снова сработает: {when}"),
    "reminder_over": ("Reminder {id} is over: its time has passed", "Напоминание {id} завершено: его время прошло"),
    "reminder_unpaused": ("No reminder {id} of yours is paused", "У вас нет напоминания {id} на паузе"),
    "snoozed": ("Reminder {id}: again {when}", "Напоминание {id}: ещё раз {when}"),
    "relay_rest": (
        "A message reached only those whom Slack told: {reason}. {url}\nThe inbox has it under {id}",
        "Сообщение получили только те, о ком Slack сказал: {reason}. {url}\nОно во входящих под номером {id}",
    ),
    "relay_lost": (
        "A message of Slack's could not be worked off: {reason}. {url}\nThe inbox has it under {id}; the log says more",
        "Сообщение из Slack не удалось обработать: {reason}. {url}\nОно во входящих под номером {id}; см. журнал",
    ),
    "letter_aside": (
        "I set aside what came from Slack under {id} ({kind}): twice I did not come to its end. The inbox has it",
        "Я отложил пришедшее из Slack под номером {id} ({kind}): дважды не удалось дойти до его конца. Оно во входящих",
    ),
    "channel_moved": (
        "Slack gave the channel {old} another id: {new}. I follow it; write the new id into the configuration ({who})",
        "Slack дал каналу {old} новый id: {new}. Я слежу за ним; впишите новый id в настройки ({who})",
    ),
    "setup_news": (
        "Something is new that keeps the bridge from working as it is set up:\n{lines}",
        "Появилось то, что мешает мосту работать так, как он настроен:\n{lines}",
    ),
    "setup_more": (
        "and {n} more: `slack-bitrix24 check` shows all",
        "и ещё {n}: все покажет `slack-bitrix24 check`",
    ),
    "reminder_read_later": (
        "Slack does not say now who is in {who}; it is asked again when the reminder is due.",
        "Slack сейчас не отвечает, кто есть в {who}; спрошу ещё раз, когда придёт время.",
    ),
    "reminder_named": ("Reminder {id} (“{text}”)", "Напоминание {id} («{text}»)"),
    "schedule_named": ("The schedule “{name}”", "Расписание «{name}»"),
    "reached_nobody": ("{what} was due and reached nobody.", "{what}: время пришло, но никто не уведомлён."),
    "reached_some": ("{what} was due and did not reach everybody.", "{what}: время пришло, уведомлены не все."),
    "missed": (
        "{what} was due {time} ago, while nothing ran. That is too late to send it now: it is over.",
        "{what}: время было {time} назад, но мост не работал. Отправлять уже поздно: больше не повторяю.",
    ),
    "tried_again": (
        "It goes out by itself once that is mended, unless it is too late by then.",
        "Уйдёт само, когда это исправят, если не станет слишком поздно.",
    ),
    "given_up": ("It is not tried again.", "Больше не повторяю."),
    "silent": ("{name}: no sign of life for {time}", "{name}: не подаёт признаков жизни {time}"),
    "alive_again": ("{name} is back after {time} of silence", "{name}: снова на связи, молчание длилось {time}"),
    "late": ("late by {time}", "с опозданием на {time}"),
    "status_none": ("You have sent nothing yet.", "Вы ещё ничего не отправляли."),
    "status_many": (
        "`{first}–{last}` {n} recipients – {states} · {words}",
        "`{first}–{last}` получателей: {n} — {states} · {words}",
    ),
    "status_unknown": ("There is no notification {id} of yours", "У вас нет уведомления {id}"),
    "state_pending": ("queued", "в очереди"),
    "state_sending": ("being sent", "отправляется"),
    "state_delivered": ("delivered", "доставлено"),
    "state_dead": ("not delivered", "не доставлено"),
    "state_superseded": ("replaced by a newer version", "заменено новой версией"),
    "state_cancelled": ("cancelled", "отменено"),
    "who_is": ("{who} → {recipient}", "{who} → {recipient}"),
    "portal_stopped": (
        "Bitrix24 portal “{portal}” takes nothing now: {reason}. All is kept and goes out when the cause is gone",
        "Портал Битрикс24 «{portal}» сейчас ничего не принимает: {reason}. Всё сохранено и уйдёт, когда это пройдёт",
    ),
    "open_in_slack": ("Open in Slack", "Открыть в Slack"),
    "sent_from": ("{name}, in Slack", "{name}, из Slack"),
    "form_title": ("Notify in Bitrix24", "Уведомить в Битрикс24"),
    "form_send": ("Send", "Отправить"),
    "form_close": ("Close", "Закрыть"),
    "form_to": ("To", "Кому"),
    "form_to_more": ("Also to (addresses: @oncall, bitrix24:10)", "Ещё кому (адреса: @oncall, bitrix24:10)"),
    "form_text": ("Text", "Текст"),
    "form_when": ("When (empty: now)", "Когда (пусто — сейчас)"),
    "form_when_hint": ("in 20 minutes, tomorrow at 9:00", "через 20 минут, завтра в 9:00"),
    "form_choose": ("Choose somebody", "Выберите кого-нибудь"),
    "form_message": ("The message goes along:", "Вместе с сообщением:"),
    "button_cancel": ("Cancel", "Отменить"),
    "button_resume": ("Resume", "Возобновить"),
    "button_snooze": ("In an hour", "Через час"),
    "home_user": (
        "You are {name}, user {user} at Bitrix24 (`{recipient}`)",
        "Вы — {name}, пользователь {user} в Битрикс24 (`{recipient}`)",
    ),
    "home_reminders": ("Upcoming reminders", "Ближайшие напоминания"),
    "home_latest": ("Latest notifications", "Последние уведомления"),
    "home_title": ("Slack → Bitrix24", "Slack → Битрикс24"),
    "help": (
        (
            "*{command} @anna @bob text* notifies them in Bitrix24 now. *@oncall* is a group of the mapping file.\n"
            "*{command} remind me to stretch in 20 minutes* (or: at 17:30, tomorrow at 9:00, every weekday at 9:45)\n"
            "*{command} reminders* lists them, *{command} cancel ID* takes one back.\n"
            "*{command} status* shows what became of your notifications, *{command} who @anna* who she is.\n"
            "*{command}* alone opens a form. A message's menu has *Send to Bitrix24*."
        ),
        (
            "*{command} @anna @bob текст* — уведомить их в Битрикс24 сейчас. *@oncall* — группа файла соответствий.\n"
            "*{command} напомни мне размяться через 20 минут* (в 17:30, завтра в 9 утра, каждый будний день в 9:45)\n"
            "*{command} напоминания* — список, *{command} отмени ID* — убрать одно.\n"
            "*{command} статус* — что стало с вашими уведомлениями, *{command} кто @anna* — за кого её принимают.\n"
            "*{command}* без всего открывает форму. В меню сообщения есть *Send to Bitrix24*."
        ),
    ),
}


def language(name: str) -> Language:
    """Return the language for a name such as `ru-RU`: Russian or, for all others, English."""
    return "ru" if name.lower().startswith("ru") else "en"


def say(lang: str, key: str, **values: object) -> str:
    """Return a sentence in the reader's language."""
    return WORDS[key][1 if lang == "ru" else 0].format(**values)


def escape(text: str) -> str:
    """Return text that Slack shows as it is (https://docs.slack.dev/messaging/formatting-message-text/)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# https://docs.slack.dev/messaging/formatting-message-text/#advanced: what stands in brackets, and what was escaped.
_MARKUP = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!(?:here|channel|everyone)|!date\^[^<>]+|https?://[^<>|]+"
    r"|mailto:[^<>|]+)(?:\|[^<>]*)?>|&(?:amp|lt|gt);"
)


def as_typed(text: str) -> str:
    """Return what a person typed as Slack will show it again: its markup stays, and what is none is escaped."""
    place, parts = 0, []
    for found in _MARKUP.finditer(text):
        parts += [escape(text[place : found.start()]), found[0]]
        place = found.end()
    return "".join([*parts, escape(text[place:])])


def unescape(text: str) -> str:
    """Return what `escape` was given: for plain_text, where Slack shows everything as it is."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
