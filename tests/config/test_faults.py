"""What the configuration must not be: each fault in its very words, and all of them at once."""

# ruff: noqa: E501 - a fault in one line reads as a table

from __future__ import annotations

import pytest

RELAY = '[[relays]]\nname = "alerts"\nchannels = ["C0ALERTS"]\nto = ["@oncall"]\n'
TOKENS = '[slack]\nbot_token = "xoxb-1"\napp_token = "xapp-1"\n'
HOOK = '[[webhooks]]\nname = "grafana"\ntoken = "0123456789abcdef"\nto = ["@oncall"]\n'
PLAN = '[[schedules]]\nname = "stand-up"\nto = ["@team"]\ntext = "Stand-up"\n'
MAIN = '[portals.main]\nwebhook_url = "https://acme.bitrix24.ru/rest/1/kq3v9/"\n'
ACME = '[portals.acme]\ndomain = "acme.bitrix24.ru"\nclient_id = "app"\nclient_secret = "s3cr3t"\n'

TLS = "plain http:// is taken for this machine only"
ONE_WORD = "one word of plain ASCII without spaces and line breaks"

CASES = [
    # the shape of the contract, to the letter
    (TOKENS + RELAY.replace('["@oncall"]', "5"), "relays[0].to: expected a list of addresses, got 5"),
    # keys
    ('colour = "red"', "colour: unknown key"),
    ("[portal.main]\n" + MAIN, 'portal: unknown key (did you mean "portals"?)'),
    ('[slack]\nbot_token = "xoxb-1"\napp_token = "xapp-1"\nbot_tokens = 1', "slack.bot_tokens: unknown key (did you mean "),
    (TOKENS + RELAY + 'form = "bots"', 'relays[0].form: unknown key (did you mean "from"?)'),
    (MAIN + '"web hook" = 1', 'portals.main."web hook": unknown key'),
    ('[Slack]\nbot_token = "xoxb-1"', 'Slack: unknown key (did you mean "slack"?)'),
    ("Timezone = 'UTC'", 'Timezone: unknown key (did you mean "timezone"?)'),
    # in TOML all that stands below a [section] is in it
    (MAIN + 'timezone = "Europe/Minsk"', "portals.main.timezone: unknown key; it stands above the first [section]"),
    (MAIN + 'database = "sqlite:///x.db"', "portals.main.database: unknown key; it stands above the first [section]"),
    (TOKENS + "timezone = 'UTC'", "slack.timezone: unknown key; it stands above the first [section]"),
    (TOKENS + RELAY + "database = 'x'", "relays[0].database: unknown key; it stands above the first [section]"),
    ("[web]\n[log]\ntimezone = 'UTC'", "log.timezone: unknown key; it stands above the first [section]"),
    (MAIN + "[permissions]\npermissions.admin = []", "permissions.permissions: unknown key; it stands above the first [section]"),
    # references
    ("database = { env = 'A', file = 'b' }", 'database: a reference is { env = "NAME" } or { file = "PATH" }, and nothing beside it'),
    ("timezone = { env = 5 }", 'timezone: a reference is { env = "NAME" } or { file = "PATH" }, and nothing beside it'),
    ("timezone = { env = 'A', default = 'UTC' }", 'timezone: a reference is { env = "NAME" } or '),
    (TOKENS.replace('"xoxb-1"', "{ file = ['a'] }"), 'slack.bot_token: a reference is { env = "NAME" } or '),
    (HOOK.replace('"0123456789abcdef"', '[{ file = "a", env = "b" }]'), 'webhooks[0].token[0]: a reference is { env = "NAME" } or '),
    # kinds of value
    ("database = 5", 'database: expected "sqlite:///FILE" or "postgresql://USER@HOST/NAME", got 5'),
    ("slack = 5", "slack: expected a table, got 5"),
    ('slack = "xoxb-1"', "slack: expected a table, got a text"),
    ("slack = [1]", "slack: expected a table, got a list"),
    ("relays = {}", "relays: expected a list of tables, got a table"),
    ("relays = [5]", "relays[0]: expected a table, got 5"),
    ("[permissions]\nnotify = true", "permissions.notify: expected a list of addresses, got true"),
    ("[permissions]\nadmin = [1]", "permissions.admin[0]: expected a text, got 1"),
    ("[permissions]\nadmin = [[]]", "permissions.admin[0]: expected a text, got an empty list"),
    ("[permissions]\nadmin = [1979-05-27]", "permissions.admin[0]: expected a text, got 1979-05-27"),
    ('[mapping]\nfile = ""', 'mapping.file: expected a text, got ""'),
    (TOKENS + 'mode = "sockets"', 'slack.mode: expected "socket" or "http", got "sockets"'),
    (TOKENS + "mode = {}", 'slack.mode: expected "socket" or "http", got a table'),
    (TOKENS + 'command = "b24"', 'slack.command: expected a command such as "/b24", got "b24"'),
    ("[web]\nport = 70000", "web.port: expected a whole number from 0 to 65535, got 70000"),
    ("[web]\nport = true", "web.port: expected a whole number from 0 to 65535, got true"),
    ('[web]\nport = "80"', 'web.port: expected a whole number from 0 to 65535, got "80"'),
    *[
        (f"[web]\nproxies = [{given}]", f'web.proxies[0]: expected an IP address or a network such as "10.0.0.5" or "10.0.0.0/8", got {shown}')
        for given, shown in [("'*'", '"*"'), ("'proxy.local'", '"proxy.local"'), ("'10.0.0.1/8'", '"10.0.0.1/8"'), ("'10.0.0.0/33'", '"10.0.0.0/33"'), ("''", '""'), ("5", "5"), ("true", "true")]
    ],
    ("[web]\nproxies = '127.0.0.1'", 'web.proxies: expected a list of addresses of proxies, got "127.0.0.1"'),
    # addresses of the net
    (TOKENS + 'api_url = "http://slack.example/api/"', f"slack.api_url: expected an https:// address ({TLS}), got "),
    (TOKENS + 'api_url = "ws://127.0.0.1/"', f'slack.api_url: expected an https:// address ({TLS}), got "ws://127.0.0.1/"'),
    (TOKENS + 'api_url = "https://slack.com/?a"', "slack.api_url: expected an https:// address without ? and #, got "),
    (TOKENS + 'api_url = "https:// slack"', f"slack.api_url: expected an https:// address ({TLS}), got "),
    (TOKENS + 'api_url = "https://[::1"', f"slack.api_url: expected an https:// address ({TLS}), got "),
    (TOKENS + 'api_url = "https://a..b/"', f"slack.api_url: expected an https:// address ({TLS}), got "),
    ('[web]\npublic_url = "https://h:99999"', f"web.public_url: expected an https:// address ({TLS}), got "),
    ('[web]\npublic_url = "https://me@host"', f"web.public_url: expected an https:// address ({TLS}) without a user name"),
    ("database = 'sqlite:///:memory:'", "database: expected "),
    ("database = 'mysql://root@host/name'", "database: expected "),
    *[
        (f"database = 'postgresql://{rest}'", 'database: expected "sqlite:///FILE" or "postgresql://USER@HOST/NAME", or postgresql://USER@HOST:PORT/NAME, got ')
        for rest in ("u@h:port/db", "u@h:/db", "u@h:99999/db", "u@[::1/db", "u@h1:1,h2:2/db", "u@h/d b", " u@h/db", "u:s3kr3t@h:x/db")
    ],
    *[(f"database = 'postgresql://{rest}'", "database: an @ in a user name or password is written %40") for rest in ("u:s3@kr3t@h/db", "u@corp:s3kr3t@h/db", "u:@@h/db", "u:s3@kr3t@h:5432/db?sslmode=require", "@@h")],
    # portals
    ("portals = {}", "portals: expected a section [portals.NAME] or the variable BITRIX24_WEBHOOK_URL, got nothing"),
    ("[portals.main]", "portals.main: expected webhook_url, or domain, client_id and client_secret of an application, got neither"),
    (MAIN + 'domain = "a.b"', "portals.main: expected webhook_url or an application's domain, client_id and client_secret, got both"),
    ('[portals.acme]\ndomain = "acme.bitrix24.ru"\nclient_id = "x"', "portals.acme.client_secret: expected a text, got nothing"),
    (ACME.replace("acme.bitrix24.ru", "acme.bitrix24.ru/rest"), "portals.acme.domain: expected a portal's domain such as "),
    (ACME.replace("acme.bitrix24.ru", "http://acme.bitrix24.ru"), f"portals.acme.domain: expected a portal's domain such as acme.bitrix24.ru ({TLS}), got"),
    (ACME.replace('"acme.bitrix24.ru"', "5"), "portals.acme.domain: expected a portal's domain such as acme.bitrix24.ru "),
    (ACME + 'oauth_url = "http://oauth.bitrix24.tech"', f"portals.acme.oauth_url: expected an https:// address ({TLS}), got"),
    (MAIN.replace("https://acme.bitrix24.ru/rest/1/kq3v9/", "http://acme.bitrix24.ru/rest/1/kq3v9/"), f"portals.main.webhook_url: expected https://PORTAL/rest/USER/SECRET/ ({TLS}), got <secret>"),
    (MAIN.replace("/rest/1", "/rest"), "portals.main.webhook_url: expected https://PORTAL/rest/USER/SECRET/ as Bitrix24 shows it, got <secret>"),
    (MAIN + 'plan = "pro"', 'portals.main.plan: expected "standard" or "enterprise", got "pro"'),
    (MAIN + 'kind = "group"', 'portals.main.kind: expected "personal", "system" or "bot", got "group"'),
    (MAIN + "operating_limit = -1", "portals.main.operating_limit: expected a number of seconds from 0, got -1"),
    (MAIN + "operating_limit = nan", "portals.main.operating_limit: expected a number of seconds from 0, got NaN"),
    (MAIN + "in_flight = 0", "portals.main.in_flight: expected a whole number from 1 to 20, got 0"),
    (MAIN + "attach_limit = 10", "portals.main.attach_limit: expected a whole number from 1000 to 60000, got 10"),
    ('[portals."a/b"]\n' + MAIN.partition("\n")[2], 'portals: expected a name of letters, digits, "-", "." and "_", got "a/b"'),
    # slack
    ("[slack]\napp_token = 'xapp-1'", "slack.bot_token: expected the bot token (xoxb-…), got nothing"),
    (RELAY, "slack.bot_token: expected the bot token (xoxb-…), got nothing"),
    ("[slack]\nbot_token = 'xoxb-1'", "slack.app_token: expected the app-level token (xapp-…) or, with mode = http, a signing_secret, got nothing"),
    ("[slack]\nbot_token = 'xoxb-1'\nmode = 'http'", "slack.signing_secret: expected the signing secret (Basic Information, App Credentials), got nothing"),
    (TOKENS.replace("xapp-1", "xoxb-2"), "slack.app_token: expected the app-level token (xapp-…) or, with mode = http, a signing_secret, got <secret>"),
    (TOKENS.replace("xoxb-1", "xapp-2"), "slack.bot_token: expected the bot token (xoxb-…), got <secret>"),
    # what can't stand in a header
    (TOKENS.replace("xoxb-1", "xoxb-1\\n# the bot's"), f"slack.bot_token: expected the bot token (xoxb-…), {ONE_WORD}, got <secret>"),
    (TOKENS.replace("xoxb-1", "xoxb-1\\u0000"), f"slack.bot_token: expected the bot token (xoxb-…), {ONE_WORD}, got <secret>"),
    (TOKENS.replace("xoxb-1", "хохb-1"), f"slack.bot_token: expected the bot token (xoxb-…), {ONE_WORD}, got <secret>"),
    (TOKENS.replace("xapp-1", "xapp-1 2"), f"slack.app_token: expected the app-level token (xapp-…) or, with mode = http, a signing_secret, {ONE_WORD}, got <secret>"),
    (TOKENS + 'signing_secret = "a\\tb"', f"slack.signing_secret: expected the signing secret (Basic Information, App Credentials), {ONE_WORD}, got <secret>"),
    (TOKENS.replace("xoxb-1", " xapp-2"), "slack.bot_token: expected the bot token (xoxb-…), got <secret>"),
    (ACME.replace("s3cr3t", "s3cr3t\\n# mine"), f"portals.acme.client_secret: expected a text, {ONE_WORD}, got <secret>"),
    (ACME + 'refresh_token = "é"', f"portals.acme.refresh_token: expected a text, {ONE_WORD}, got <secret>"),
    (ACME.replace('"app"', '"my app"'), f'portals.acme.client_id: expected a text, {ONE_WORD}, got "my app"'),
    # addresses of people
    (TOKENS + RELAY.replace("@oncall", "oncall"), "relays[0].to[0]: oncall: no address; accepted: U024BE7LH, S0614TZR7, @group, bitrix24:10, bitrix24:portal/10, C0ALERTS, here, channel or mentioned"),
    (TOKENS + RELAY.replace("@oncall", "me"), 'relays[0].to[0]: "me" is known only in a Slack command'),
    (TOKENS + RELAY.replace("@oncall", "xoxb-12345"), "relays[0].to[0]: expected an address, got <secret>"),
    (TOKENS + RELAY.replace("@oncall", "bitrix24:mian/1"), 'relays[0].to[0]: "bitrix24:mian/1": no portal is called "mian" (did you mean "main"?)'),
    (HOOK.replace("@oncall", "mentioned"), 'webhooks[0].to[0]: "mentioned" is known only in a relay'),
    (PLAN.replace("@team", "here") + 'cron = "* * * * *"', 'schedules[0].to[0]: "here" is known only where there is a channel'),
    ('[permissions]\nbroadcast = ["bitrix24:1"]', 'permissions.broadcast[0]: "bitrix24:1" is no address of Slack users'),
    # numbers
    (MAIN + "operating_limit = " + "1" * 400, "portals.main.operating_limit: expected a number of seconds from 0, got a number of far too many digits"),
    (MAIN + "operating_limit = 0x" + "f" * 9000, "portals.main.operating_limit: expected a number of seconds from 0, got a number of far too many digits"),
    (MAIN + "operating_limit = 1e999", "portals.main.operating_limit: expected a number of seconds from 0, got Infinity"),
    (MAIN + "operating_limit = nan", "portals.main.operating_limit: expected a number of seconds from 0, got NaN"),
    (MAIN + "[web]\nport = 0x" + "f" * 9000, "web.port: expected a whole number from 0 to 65535, got a number of far too many digits"),
    (MAIN + f'[outbox]\nkeep_delivered = "{"1" * 5000}d"', 'outbox.keep_delivered: expected a duration such as "90s", "15m", "12h", "30d" or "2w", got "' + "1" * 40 + '…"'),
    (PLAN + f'cron = "{"1" * 5000} * * * *"', 'schedules[0].cron: expected a cron expression of five fields (minute hour day month weekday), got "' + "1" * 40 + '…"'),
    (PLAN.replace("@team", "bitrix24:" + "1" * 5000) + 'cron = "* * * * *"', "schedules[0].to[0]:"),
    # relays
    (TOKENS + RELAY.replace('["@oncall"]', "[]"), "relays[0].to: expected a list of addresses, got an empty list"),
    (TOKENS + RELAY.replace("C0ALERTS", "#alerts"), 'relays[0].channels[0]: expected the id of a Slack channel (C…; channel details, at the bottom), got "#alerts"'),
    (
        TOKENS + RELAY + 'match = "(down"',
        'relays[0].match: not a regular expression that can be used: unclosed group; a bracket that is meant as such is \\(; got "(down"',
    ),
    (
        TOKENS + RELAY + "match = '^(?!.*resolved)down'",
        'relays[0].match: not a regular expression that can be used: look-ahead and look-behind are not taken; write what must not stand in it as unless = "…"; got "^(?!.*resolved)down"',
    ),
    (
        TOKENS + RELAY + "unless = '(a|b)-\\1'",
        'relays[0].unless: not a regular expression that can be used: references back to a group are not taken; write the alternatives out; got "(a|b)-\\\\1"',
    ),
    (TOKENS + RELAY + 'match = "\\bdown\\b"', "relays[0].match: not a regular expression that can be used: in TOML, \\b in double quotes is a backspace; write the pattern in single quotes; got "),
    (TOKENS + RELAY + 'unless = "ok\\b"', "relays[0].unless: not a regular expression that can be used: in TOML, \\b in double quotes is a backspace; "),
    (TOKENS + RELAY + 'from = "bot"', 'relays[0].from: expected "bots", "people", "anyone" or a list of Slack ids, got "bot"'),
    (TOKENS + RELAY + "from = {}", 'relays[0].from: expected "bots", "people", "anyone" or a list of Slack ids, got a table'),
    (TOKENS + RELAY + 'from = ["anna"]', 'relays[0].from[0]: expected a Slack id (U…, W…, B… or, of an app, A…), got "anna"'),
    *[
        (TOKENS + RELAY + f'from = ["{one}"]', f'relays[0].from[0]: expected a Slack id (U…, W…, B… or, of an app, A…), got "{one}"')
        for one in ("C0ALERTS", "T0TEAM001", "@anna", "a0123abc", "A012", "<@U024BE7LH>")
    ],
    (TOKENS + RELAY + "from = []", "relays[0].from: expected a list of Slack ids, got an empty list"),
    (TOKENS + RELAY + 'edits = "keep"', 'relays[0].edits: expected "replace", "replace loudly" or "ignore", got "keep"'),
    (TOKENS + RELAY + RELAY, 'relays[1].name: "alerts" is already the name of relays[0]'),
    # webhooks
    (HOOK + HOOK.replace("012", "987"), 'webhooks[1].name: "grafana" is already the name of webhooks[0]'),
    (HOOK + HOOK.replace("grafana", "zabbix"), "webhooks[1].token: its text is already the token of webhooks[0]"),
    (HOOK.replace("grafana", "a b"), 'webhooks[0].name: expected a name of letters, digits, "-", "." and "_", at most 128, got "a b"'),
    (HOOK.replace("0123", "a/b"), 'webhooks[0].token: expected a token of letters, digits and "-._~+=" (it stands in an address), got <secret>'),
    (HOOK.replace('"0123456789abcdef"', "123456789"), 'webhooks[0].token: expected a token of letters, digits and "-._~+=" (it stands in an address), got <secret>'),
    (HOOK.replace('"0123456789abcdef"', "[]"), "webhooks[0].token: expected a list of tokens, got an empty list"),
    (HOOK.replace('"0123456789abcdef"', '["0123456789abcdef", "a/b"]'), 'webhooks[0].token[1]: expected a token of letters, digits and "-._~+=" (it stands in an address), got <secret>'),
    (HOOK + HOOK.replace("grafana", "zabbix").replace('"0123456789abcdef"', '["x-y-z-0123456789", "0123456789abcdef"]'), "webhooks[1].token: its text is already the token of webhooks[0]"),
    (HOOK + 'signature = "sha1"', 'webhooks[0].signature: expected "slack", "github" or "grafana", got "sha1"'),
    (HOOK + "secret = 5", "webhooks[0].secret: expected a text, got <secret>"),
    (HOOK + "to_field = []", "webhooks[0].to_field: expected a text, got an empty list"),
    ('[[webhooks]]\nname = "a"\ntoken = "0123456789abcdef"', "webhooks[0].to: expected a list of addresses, got nothing"),
    # schedules
    (PLAN, "schedules[0]: expected exactly one of when, cron and at, got none"),
    (PLAN + 'when = "daily"\ncron = "* * * * *"', "schedules[0]: expected exactly one of when, cron and at, got when and cron"),
    (PLAN + 'cron = "61 * * * *"', 'schedules[0].cron: not a cron expression: bad minute in "61 * * * *"'),
    (PLAN + 'cron = "* * * * * *"', "schedules[0].cron: expected a cron expression of five fields (minute hour day month weekday), got "),
    (PLAN + 'at = "soon"', 'schedules[0].at: expected a date and time such as 2026-12-01T09:00:00, got "soon"'),
    (PLAN + 'at = "some time soon"', "schedules[0].at: expected a date and time such as 2026-12-01T09:00:00, got "),
    (PLAN + "at = 2026-12-01", "schedules[0].at: expected a date and time such as 2026-12-01T09:00:00, got 2026-12-01"),
    (PLAN + 'when = "daily"\npriority = "urgent"', 'schedules[0].priority: expected "high", "normal" or "low", got "urgent"'),
    (PLAN + 'when = "daily"\nkind = "loud"', 'schedules[0].kind: expected "personal", "system" or "bot", got "loud"'),
    (PLAN + 'when = "daily"\nkind = 1', 'schedules[0].kind: expected "personal", "system" or "bot", got 1'),
    (PLAN + 'when = "daily"\nkind = "delete"', 'schedules[0].kind: expected "personal", "system" or "bot", got "delete"'),
    (PLAN + 'when = "daily"\nkind = ""', 'schedules[0].kind: expected "personal", "system" or "bot", got ""'),
    (PLAN + 'when = "daily"\npriority = 1', 'schedules[0].priority: expected "high", "normal" or "low", got 1'),
    (PLAN + 'when = "daily"\ncatch_up = "first"', 'schedules[0].catch_up: expected "latest", "all" or "skip", got "first"'),
    (PLAN + 'when = "daily"\ncatch_up_within = "12"', 'schedules[0].catch_up_within: expected a duration such as "90s", "15m", "12h", "30d" or "2w", got "12"'),
    (PLAN + 'when = "daily"\npictures = [{ name = "board" }]', "schedules[0].pictures[0].url: expected an http:// or https:// address, got nothing"),
    (PLAN + 'when = "daily"\nfiles = [{ name = "a", url = "ftp://x/y" }]', 'schedules[0].files[0].url: expected an http:// or https:// address, got "ftp://x/y"'),
    # time
    ('timezone = "Europe/Minks"', 'timezone: expected a time zone such as "Europe/Minsk", got "Europe/Minks" (did you mean "Europe/Minsk"?)'),
    ("timezone = 3", 'timezone: expected a time zone such as "Europe/Minsk", got 3'),
    ("[outbox]\nkeep_dead = 30", 'outbox.keep_dead: expected a duration such as "90s", "15m", "12h", "30d" or "2w", got 30'),
    ('[outbox]\nkeep_dead = "26h"', 'outbox.keep_dead: expected a duration of at least "2d", got "26h"'),
    # long values are cut
    (TOKENS + f'mode = "{"x" * 200}"', f'slack.mode: expected "socket" or "http", got "{"x" * 40}…"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), CASES, ids=range(len(CASES)))
def test_each_fault_has_its_words(faults_of, text, fault):
    assert any(found.startswith(fault) for found in faults_of(text)), faults_of(text)


def test_a_token_in_a_file_of_two_lines_is_a_fault_without_the_token(faults_of, tmp_path):
    (tmp_path / "bot").write_text("xoxb-h00kS3cr3t\n# of the test workspace\n", "utf-8")
    found = faults_of(TOKENS.replace('"xoxb-1"', '{ file = "bot" }'))
    assert found == [f"slack.bot_token: expected the bot token (xoxb-…), {ONE_WORD}, got <secret>"]


def test_all_faults_are_found_at_once(faults_of):
    """A file with six faults costs one start, not six."""
    text = f'timezone = "Mars"\n{TOKENS}mode = 1\nx = 1\n{RELAY}from = 2\n{PLAN}{HOOK.replace("grafana", "")}'
    assert [fault.partition(": ")[0] for fault in faults_of(text)] == [
        "timezone", "relays[0].from", "webhooks[0].name", "slack.mode", "schedules[0]", "slack.x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a = \n", "line 1, column 5: not TOML: invalid value"),
        (
            "a = True\n",
            "line 1, column 5: not TOML: invalid value; a text stands in quotes, true and false in small letters",
        ),
        ("a = xoxb-1\n", "line 1, column 5: not TOML: invalid value; a text stands in quotes"),
        ("[slack]\n[slack]\n", "line 2, column 7: not TOML: [slack] stands twice; put its keys together"),
        (MAIN + MAIN, "line 3, column 14: not TOML: [portals.main] stands twice; put its keys together"),
        ('[a."b c"]\n[a."b c"]\n', "line 2, column 9: not TOML: [a.b c] stands twice; put its keys together"),
        ("a = 1\na = 2\n", "line 2, column 6: not TOML: cannot overwrite a value; does the key stand twice?"),
        (
            "slack:\n  a: 1\n",
            "line 1, column 6: not TOML: expected '=' after a key in a key/value pair; write key = value",
        ),
        (
            'match = "a\\d"\n',
            "line 1, column 13: not TOML: unescaped '\\' in a string; write what holds \\ in single quotes",
        ),
        (
            'match = "[\\w.]+"\n',
            "line 1, column 13: not TOML: unescaped '\\' in a string; write what holds \\ in single quotes",
        ),
        (
            'file = "C:\\Users\\me"\n',
            "line 1, column 13: not TOML: invalid hex value; write what holds \\ in single quotes",
        ),
        ("database = 'x", 'end of document: not TOML: expected "\'"'),
        ("a = " + "[" * 100_000, "nested too deep"),
        ("operating_limit = " + "1" * 5000, "a number of thousands of digits is no setting"),
        ("[web]\nport = " + "1" * 5000, "a number of thousands of digits is no setting"),
        ("a = [" + "1" * 5000 + "]", "a number of thousands of digits is no setting"),
        ("a = -" + "1" * 5000, "a number of thousands of digits is no setting"),
        ("a = { b = " + "1_000" * 1500 + " }", "a number of thousands of digits is no setting"),
    ],
)
def test_what_is_no_toml_is_one_line_with_its_place(faults_of, text, fault):
    assert [line[: len(fault)] for line in faults_of(text, portal=False)] == [fault]
