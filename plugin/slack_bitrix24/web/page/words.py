"""What the page says, in English and Russian. No I/O. Every text has both languages; a test holds that."""

from __future__ import annotations

from slack_bitrix24.slack.replies.words import Language
from slack_bitrix24.web.page.words_parts import WORDS_OF_PARTS

WORDS: dict[str, tuple[str, str]] = {
    **WORDS_OF_PARTS,
    # the frame
    "title": ("slack-bitrix24", "slack-bitrix24"),
    "skip": ("To the content", "К содержанию"),
    "menu": ("Parts of the page", "Разделы страницы"),
    "nav_notifications": ("Notifications", "Уведомления"),
    "nav_portals": ("Portals", "Порталы"),
    "nav_people": ("People", "Люди"),
    "nav_schedules": ("Schedules", "Расписания"),
    "nav_flow": ("Flow", "Поток"),
    "nav_audit": ("Audit", "Журнал"),
    "sign_out": ("Sign out", "Выйти"),
    "signed_in_as": ("Signed in as {name}", "Вы вошли как {name}"),
    "operator": ("operator", "оператор"),
    "language": ("Language", "Язык"),
    "theme": ("Light or dark", "Светлая или тёмная"),
    "theme_auto": ("as the system", "как в системе"),
    "theme_light": ("light", "светлая"),
    "theme_dark": ("dark", "тёмная"),
    "times_in": ("Times are of {zone}", "Время — {zone}"),
    "keys": (
        "Keys: / search · j k down, up · Enter open · Esc back · g then n, p, l, s, f, a: the parts",
        "Клавиши: / поиск · j k вниз, вверх · Enter открыть · Esc назад · g, затем n, p, l, s, f, a: разделы",
    ),
    # refusals
    "why": ("This is not possible", "Так не получится"),
    "back": ("Back", "Назад"),
    "to_the_list": ("To the notifications", "К уведомлениям"),
    "no_such_notification": ("There is no such notification (any more).", "Такого уведомления нет (или уже нет)."),
    "no_such_page": ("There is no such page.", "Такой страницы нет."),
    "bad_request": ("This address says something that the page does not know.", "Странице непонятен этот адрес."),
    "not_now": ("The database does not answer just now. Try again.", "База данных сейчас не отвечает. Повторите."),
    "from_elsewhere": (
        (
            "This form was sent by a page of another site, and nothing was done. If the page stands behind a proxy, "
            "`public_url` must name the address that you see."
        ),
        (
            "Форма отправлена со страницы другого сайта, и ничего не сделано. Если перед страницей стоит прокси, "
            "в `public_url` должен быть тот адрес, который вы видите."
        ),
    ),
    "sign_in_first": ("Sign in first.", "Сначала войдите."),
    "admins_only": (
        "Only administrators see this: those whom `[permissions] admin` names.",
        "Это видят только администраторы: те, кого называет `[permissions] admin`.",
    ),
    "form_is_old": (
        "The form was too old, and nothing was done. Go back and do it again.",
        "Форма устарела, и ничего не сделано. Вернитесь и повторите.",
    ),
    # the sign-in
    "sign_in": ("Sign in", "Вход"),
    "sign_in_go": ("Sign in", "Войти"),
    "sign_in_for": ("The page for operators", "Страница для операторов"),
    "password": ("Password", "Пароль"),
    "wrong_password": ("The password is wrong.", "Пароль неверен."),
    "too_many_tries": (
        "Too many wrong passwords. Wait a little.",
        "Слишком много неверных паролей. Подождите немного.",
    ),
    "sign_in_slack": ("Sign in with Slack", "Войти через Slack"),
    "no_way_in": (
        (
            "Nobody can sign in yet. Make a password's hash with `slack-bitrix24 password` and put it into the "
            "configuration as `[web] page_password`."
        ),
        (
            "Войти пока нельзя никому. Сделайте хеш пароля командой `slack-bitrix24 password` и впишите его в "
            "конфигурацию: `[web] page_password`."
        ),
    ),
    "slack_not_allowed": (
        "Slack says who you are, but `[permissions]` gives you nothing to see here.",
        "Slack сказал, кто вы, но `[permissions]` ничего вам здесь не даёт.",
    ),
    "slack_refused": ("Slack did not let you in: {reason}", "Slack не пустил вас: {reason}"),
    # the list
    "state": ("State", "Состояние"),
    "state_": ("all", "все"),
    "state_pending": ("waiting", "ждёт"),
    "state_sending": ("being sent", "отправляется"),
    "state_delivered": ("delivered", "доставлено"),
    "state_dead": ("not delivered", "не доставлено"),
    "state_superseded": ("replaced", "заменено"),
    "state_cancelled": ("cancelled", "отменено"),
    "states_pending": ("Waiting", "Ждут"),
    "states_sending": ("Being sent", "Отправляются"),
    "states_delivered": ("Delivered", "Доставлены"),
    "states_dead": ("Not delivered", "Не доставлены"),
    "states_superseded": ("Replaced", "Заменены"),
    "states_cancelled": ("Cancelled", "Отменены"),
    "states_": ("All", "Все"),
    "when": ("When", "Когда"),
    "to": ("To", "Кому"),
    "text": ("Text", "Текст"),
    "source": ("Way in", "Откуда"),
    "source_any": ("any way in", "откуда угодно"),
    "source_relay": ("relay", "пересылка"),
    "source_webhook": ("webhook", "вебхук"),
    "source_schedule": ("schedule", "расписание"),
    "source_reminder": ("reminder", "напоминание"),
    "source_heartbeat": ("heartbeat", "пульс"),
    "source_command": ("Slack command", "команда Slack"),
    "source_cli": ("command line", "командная строка"),
    "source_reminders": ("reminders", "напоминания"),
    "person": ("Person", "Человек"),
    "person_hint": ("name, e-mail, Slack or Bitrix24 id", "имя, почта, id Slack или Битрикс24"),
    "search": ("Search", "Поиск"),
    "search_hint": ("words of the text", "слова из текста"),
    "filter": ("Filter", "Отбор"),
    "clear": ("Clear", "Сбросить"),
    "nothing_found": ("No notifications.", "Уведомлений нет."),
    "nothing_so_far": ("Nothing found so far.", "Пока ничего не найдено."),
    "nobody_called_so": (
        "Nobody is called so, or they are not in the mapping file.",
        "Никого так не зовут, или их нет в файле соответствий.",
    ),
    "too_many_people": ("That is more than 50 people: name fewer.", "Это больше 50 человек: назовите меньше."),
    "older": ("Older", "Раньше"),
    "newest": ("The newest", "Самые новые"),
    "looked_back": ("Looked through back to {at}", "Просмотрено до {at}"),
    "look_on": ("Look further back", "Искать дальше"),
    "queue_now": (
        "waiting: {pending} · being sent: {sending} · not delivered: {dead}",
        "ждут: {pending} · отправляются: {sending} · не доставлены: {dead}",
    ),
    "takes_back": ("(takes back what was sent)", "(отзывает отправленное)"),
    "tries": ("Tries", "Попытки"),
    "perhaps_twice": ("perhaps twice", "возможно, дважды"),
    "in_time": ("in {time}", "через {time}"),
    "after_time": ("in {time}", "за {time}"),
    # the story
    "notification": ("Notification {id}", "Уведомление {id}"),
    "retry_all": ("Try all of these again", "Повторить все недоставленные"),
    "said_retry_all": ("What was not delivered goes out again.", "Недоставленное отправляется снова."),
    "retry": ("Try again", "Повторить"),
    "cancel": ("Cancel it", "Отменить"),
    "said_retry": ("It goes out again.", "Оно отправляется снова."),
    "said_not_retry": ("Only what was not delivered can be tried again.", "Повторить можно только недоставленное."),
    "said_cancel": ("It was taken back before it went out.", "Оно отозвано до отправки."),
    "said_not_cancel": ("Only what still waits can be cancelled.", "Отменить можно только то, что ещё ждёт."),
    "story": ("What happened", "Что произошло"),
    "came_in": ("Accepted", "Принято"),
    "by_author": ("from {name}", "от {name}"),
    "waits_until": ("Goes out at {at}", "Будет отправлено {at}"),
    "asked_for": ("Asked for {at}", "Назначено на {at}"),
    "last_try": ("Last try, number {n}", "Последняя попытка, №{n}"),
    "ended_delivered": ("Delivered", "Доставлено"),
    "ended_dead": ("Given up", "Оставлено"),
    "ended_superseded": ("Replaced by a newer version", "Заменено более новой версией"),
    "ended_cancelled": ("Taken back", "Отозвано"),
    "bitrix24_id": ("Bitrix24's id {id}", "id в Битрикс24: {id}"),
    "answer": ("Bitrix24's answer", "Ответ Битрикс24"),
    "receipt": ("Answer to whoever asked", "Ответ тому, кто просил"),
    "receipt_waiting": ("waits for the outcome", "ждёт исхода"),
    "receipt_due": ("is about to be given", "сейчас будет дан"),
    "receipt_working": ("is being given", "даётся"),
    "receipt_done": ("given", "дан"),
    "receipt_failed": ("Slack did not take it", "Slack его не принял"),
    "taken_by": ("Taken by {name}", "Взял(а) {name}"),
    "open_in_slack": ("Open in Slack", "Открыть в Slack"),
    "how_seen": ("What a reader sees", "Что видит читатель"),
    "seen_centre": ("In the centre", "В центре уведомлений"),
    "seen_push": ("Push", "Push"),
    "seen_mail": ("E-mail copy", "Копия по почте"),
    "seen_no_mail": ("No e-mail copy is asked for.", "Копия по почте не запрошена."),
    "seen_deletion": ("It takes back what was sent under its tag.", "Оно отзывает отправленное под его меткой."),
    "raw_request": ("The request as it came", "Запрос, как он пришёл"),
    "request_gone": ("The request is not kept any more.", "Запрос уже не хранится."),
    "versions": ("Under the same tag", "Под той же меткой"),
    "this_one": ("this one", "это"),
    "details": ("Details", "Подробности"),
    "tag": ("Tag", "Метка"),
    "key": ("Key", "Ключ"),
    "kind": ("Sent as", "Вид"),
    "priority": ("Priority", "Приоритет"),
    "message": ("MESSAGE", "MESSAGE"),
    "message_out": ("MESSAGE_OUT", "MESSAGE_OUT"),
    "attach": ("ATTACH", "ATTACH"),
    # times
    "span_s": ("{n} s", "{n} с"),
    "span_min": ("{n} min", "{n} мин"),
    "span_h": ("{n} h", "{n} ч"),
    "span_d": ("{n} d", "{n} дн"),
    **{
        f"month_{number}": pair
        for number, pair in enumerate(
            zip(
                ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
                ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"],
                strict=True,
            ),
            1,
        )
    },
}


def say(language: Language, key: str, **given: object) -> str:
    """Return a text in a language with what is given filled in."""
    text = WORDS[key][language == "ru"]
    return text.format(**given) if given else text
