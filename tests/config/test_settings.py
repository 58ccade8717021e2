"""What the configuration gives: every key, its default, and what the environment may say instead."""

from __future__ import annotations

import datetime as dt
import pickle
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path

import pytest

from slack_bitrix24.config import Media, Outbox, Secret, find, load
from slack_bitrix24.config.machine import NOTHING_SAID, local_zone
from slack_bitrix24.errors import ConfigurationError

WEBHOOK_URL = "https://acme.bitrix24.ru/rest/1/kq3v9/"

# The example of the contract with users, whole.
EXAMPLE = """
database = "sqlite:///slack-bitrix24.db"
timezone = "Europe/Minsk"

[slack]
mode = "socket"
bot_token = { env = "SLACK_BOT_TOKEN" }
app_token = { env = "SLACK_APP_TOKEN" }
signing_secret = { env = "SLACK_SIGNING_SECRET" }
command = "/b24"
api_url = "https://slack.com/api/"

[portals.main]
webhook_url = { env = "BITRIX24_WEBHOOK_URL" }
application = "slack-bitrix24"
plan = "standard"
operating_limit = 480
kind = "personal"

[portals.acme]
domain = "acme.bitrix24.ru"
client_id = { env = "ACME_CLIENT_ID" }
client_secret = { env = "ACME_CLIENT_SECRET" }
refresh_token = { env = "ACME_REFRESH_TOKEN" }
oauth_url = "https://oauth.bitrix24.tech"

[mapping]
file = "mapping.yaml"

[permissions]
notify = ["*"]
broadcast = ["U024BE7LH"]
admin = ["U024BE7LH"]

[[relays]]
name = "alerts"
channels = ["C0ALERTS"]
from = "bots"
match = "(?i)firing|critical"
to = ["@oncall", "mentioned"]
edits = "replace"

[[webhooks]]
name = "grafana"
token = { env = "GRAFANA_HOOK_TOKEN" }
to = ["@oncall"]
addresses = ["@oncall", "@team"]

[[schedules]]
name = "stand-up"
when = "every weekday at 9:45"
to = ["@team"]
text = "Stand-up in *15 minutes*"
catch_up = "latest"
pictures = [{ name = "board", url = "https://example.com/board.png" }]
files = [{ name = "agenda.docx", url = "https://example.com/agenda.docx" }]

[web]
host = "127.0.0.1"
port = 3000
public_url = "https://bridge.example.com"
"""
ENVIRON = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
    "BITRIX24_WEBHOOK_URL": WEBHOOK_URL,
    "ACME_CLIENT_ID": "app.1",
    "ACME_CLIENT_SECRET": "client-secret",
    "ACME_REFRESH_TOKEN": "refresh-token",
    "GRAFANA_HOOK_TOKEN": "0123456789abcdef",
}


def test_the_example_of_the_interface_loads(read, tmp_path):
    """Promise of the interface page: this very file is one."""
    settings = read(EXAMPLE, ENVIRON)

    assert settings.path == tmp_path / "slack-bitrix24.toml"
    assert settings.database.reveal() == f"sqlite:///{tmp_path}/slack-bitrix24.db"
    assert settings.slack
    assert settings.slack.bot_token == Secret("xoxb-1")
    assert (settings.slack.mode, settings.slack.api_url) == ("socket", "https://slack.com/api/")
    assert list(settings.portals) == ["main", "acme"]
    assert settings.default_portal == "main"
    assert settings.portals["main"].webhook_url == Secret(WEBHOOK_URL)
    assert settings.portals["acme"].refresh_token == Secret("refresh-token")
    assert settings.mapping.file == tmp_path / "mapping.yaml"
    assert settings.relays[0].from_ == "bots"
    assert settings.relays[0].match
    assert settings.relays[0].match.search("[FIRING:1]")
    assert settings.webhooks[0].addresses == ("@oncall", "@team")
    assert settings.schedules[0].when == "every weekday at 9:45"
    assert settings.schedules[0].pictures == (Media(name="board", url="https://example.com/board.png"),)
    assert settings.web
    assert settings.web.public_url == "https://bridge.example.com"
    assert settings.warnings == ()


def test_what_is_not_said_has_a_default(read, tmp_path):
    settings = read("", {"TZ": "Europe/Minsk"})

    assert settings.database.reveal() == f"sqlite:///{tmp_path}/slack-bitrix24.db"
    assert settings.timezone == "Europe/Minsk"
    assert settings.slack is None
    assert settings.web is None
    assert settings.mapping.file is None
    assert settings.permissions.notify == ("*",)
    assert settings.permissions.broadcast == settings.permissions.admin == ()
    assert (settings.outbox.keep_delivered, settings.outbox.keep_dead) == (30 * 86_400, 90 * 86_400)
    portal = settings.portals["main"]
    assert (portal.application, portal.plan, portal.kind) == ("slack-bitrix24", "standard", "personal")
    assert (portal.operating_limit, portal.in_flight, portal.attach_limit) == (420, 4, 60_000)
    assert portal.oauth_url == "https://oauth.bitrix24.tech"


def test_defaults_of_what_comes_in(read):
    settings = read("""
        slack = { bot_token = "xoxb-1", app_token = "xapp-1" }
        relays = [{ name = "all", channels = ["C0ALERTS"], to = ["mentioned", "here"] }]
        schedules = [{ name = "x", cron = "45 9 * * mon-fri", to = ["C0ALERTS"], text = "x" }]
    """)
    relay, schedule = settings.relays[0], settings.schedules[0]
    assert (relay.from_, relay.match, relay.edits) == ("anyone", None, "replace")
    assert (schedule.catch_up, schedule.catch_up_within) == ("latest", 12 * 3_600)
    assert settings.slack
    assert settings.slack.command == "/b24"


@pytest.mark.parametrize("priority", ["high", "normal", "low", None])
@pytest.mark.parametrize(
    ("kind", "rest"),
    [
        ("relays", 'channels = ["C0ALERTS"]'),
        ("webhooks", 'token = "abcdefghijklmnop"'),
        ("schedules", 'cron = "* * * * *", text = "x"'),
    ],
)
def test_a_flow_has_a_priority(read, kind, rest, priority):
    more = f', priority = "{priority}"' if priority else ""
    slack = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    [one] = getattr(read(f'{kind} = [{{ name = "x", to = ["bitrix24:10"], {rest}{more} }}]', slack), kind)
    assert one.priority == (priority or "normal")


@pytest.mark.parametrize("portal", ["personal", "bot"])
@pytest.mark.parametrize("kind", ["personal", "system", "bot", None])
@pytest.mark.parametrize(
    ("flow", "rest"),
    [
        ("relays", 'channels = ["C0ALERTS"]'),
        ("webhooks", 'token = "abcdefghijklmnop"'),
        ("schedules", 'cron = "* * * * *", text = "x"'),
    ],
)
def test_a_flow_s_kind_goes_before_the_portal_s(read, flow, rest, kind, portal):
    more = f', kind = "{kind}"' if kind else ""
    text = f'{flow} = [{{ name = "x", to = ["bitrix24:10"], {rest}{more} }}]\n'
    text += f'[portals.main]\nwebhook_url = "https://x.example/rest/1/secret/"\nkind = "{portal}"\n'
    settings = read(text, {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"})
    [one] = getattr(settings, flow)
    assert one.kind == kind
    assert settings.uses_bot("main") == ("bot" in (kind, portal))


@pytest.mark.parametrize("said", ["true", "false", None])
@pytest.mark.parametrize(
    ("flow", "rest"), [("relays", 'channels = ["C0ALERTS"]'), ("webhooks", 'token = "abcdefghijklmnop"')]
)
def test_a_flow_can_be_acknowledged(read, flow, rest, said):
    more = f", acknowledge = {said}" if said else ""
    text = f'{flow} = [{{ name = "x", to = ["bitrix24:10"], {rest}{more} }}]'
    settings = read(text, {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"})
    assert settings.acknowledged == ({f"{flow[:-1]}:x"} if said == "true" else set())


def test_a_bot_s_picture_lies_beside_the_configuration(read, tmp_path):
    text = '[portals.main]\nwebhook_url = "https://x.example/rest/1/secret/"\nbot = { avatar = "bot.png" }\n'
    assert read(text).portals["main"].bot.avatar == tmp_path / "bot.png"


def test_the_mapping_file_beside_the_configuration_is_taken(read, tmp_path):
    (tmp_path / "mapping.yaml").write_text("users: {}")
    assert read("").mapping.file == tmp_path / "mapping.yaml"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("0s", 0), ("90s", 90), ("15m", 900), ("12h", 43_200), ("2w", 1_209_600), ("1d12h", 129_600)],
)
def test_durations(read, written, seconds):
    text = f'schedules = [{{ name = "x", cron = "* * * * *", to = ["@a"], text = "x", catch_up_within = "{written}" }}]'
    assert read(text).schedules[0].catch_up_within == seconds


def test_how_long_finished_ones_stay(read):
    assert read('[outbox]\nkeep_delivered = "2d"\nkeep_dead = "1w"').outbox == Outbox(
        keep_delivered=172_800, keep_dead=604_800
    )


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-12-01T09:00:00", "2026-12-01T09:00:00+03:00"),
        ('"2026-12-01 09:00"', "2026-12-01T09:00:00+03:00"),
        ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00+00:00"),
    ],
)
def test_a_moment_without_offset_is_one_of_the_time_zone(read, written, moment):
    text = f'schedules = [{{ name = "x", at = {written}, to = ["@team"], text = "x" }}]'
    at = read(f'timezone = "Europe/Minsk"\n{text}').schedules[0].at
    assert at == dt.datetime.fromisoformat(moment)


def test_a_relay_may_list_its_senders(read):
    text = 'slack = { bot_token = "xoxb-1", app_token = "xapp-1" }\n'
    text += 'relays = [{ name = "x", channels = ["C0ALERTS"], from = ["B0GRAFANA"], to = ["@a"] }]'
    assert read(text).relays[0].from_ == ("B0GRAFANA",)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("sqlite:////var/lib/b24.db", "sqlite:////var/lib/b24.db"),
        ("sqlite:///b24.db?timeout=5", "sqlite:///{folder}/b24.db?timeout=5"),
        ("postgres://me:pw@host/name", "postgresql://me:pw@host/name"),
        ("postgresql+psycopg://me@host/name", "postgresql+psycopg://me@host/name"),
        *[
            (f"postgresql://{rest}", f"postgresql://{rest}")
            for rest in (
                "me:p%40ss@host/name",
                "me:p:w/x#y@host:5433/name",
                "me@[::1]:5432/name",
                "me@h1,h2/name",
                "/name?host=/var/run/postgresql",
                "me@/name",
                "host",
                "host/name?user=me@corp",
                "me@host/name?sslmode=require&connect_timeout=3",
            )
        ],
    ],
)
def test_databases(read, tmp_path, written, kept):
    assert read(f'database = "{written}"').database == Secret(kept.format(folder=tmp_path))


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:80", "127.8.8.8", "slack.localhost"])
def test_plain_http_is_for_this_machine(read, host):
    settings = read(f'slack = {{ bot_token = "b", app_token = "a", api_url = "http://{host}/api" }}')
    assert settings.slack
    assert settings.slack.api_url == f"http://{host}/api/"


@pytest.mark.parametrize(
    "written", ["acme.bitrix24.ru", "https://acme.bitrix24.ru", "http://127.0.0.1:8025", "портал.рф"]
)
def test_domains(read, written):
    text = f'[portals.acme]\ndomain = "{written}/"\nclient_id = "a"\nclient_secret = "b"'
    assert read(text).portals["acme"].domain == written


def test_http_mode_needs_the_web(read):
    settings = read('slack = { bot_token = "xoxb-1", signing_secret = "s" }')
    assert settings.slack
    assert settings.slack.mode == "http"
    assert settings.web
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 3000)


def test_a_webhook_needs_the_web_and_a_long_token(read):
    settings = read('webhooks = [{ name = "x", token = "short", addresses = ["*"] }]')
    assert settings.web
    assert [line.partition(",")[0] for line in settings.warnings] == ["webhooks[0].token: shorter than 16 characters"]


def test_a_webhook_may_have_several_tokens_an_owner_in_its_body_and_a_signature(read):
    hook = '{ name = "x", token = ["0123456789abcdef", "fedcba9876543210"], to = ["@oncall"]'
    (webhook,) = read(
        f'webhooks = [{hook}, to_field = "labels.owner", signature = "github", secret = "s3cret" }}]'
    ).webhooks
    assert [token.reveal() for token in webhook.token] == ["0123456789abcdef", "fedcba9876543210"]
    assert (webhook.to_field, webhook.signature, webhook.secret) == ("labels.owner", "github", Secret("s3cret"))
    (plain,) = read(f"webhooks = [{hook} }}]").webhooks
    assert (plain.to_field, plain.signature, plain.secret) == ("", "", None)


class TestEnvironment:
    def test_it_is_enough_alone(self, tmp_path):
        """Promise: with no configuration file, the environment alone is enough for the common case."""
        environ = ENVIRON | {"DATABASE_URL": "postgresql://me@host/b24", "SLACK_API_URL": "http://127.0.0.1:1/api/"}
        settings = load(None, environ)
        assert settings.path is None
        assert settings.database == Secret("postgresql://me@host/b24")
        assert settings.portals["main"].webhook_url == Secret(WEBHOOK_URL)
        assert settings.slack
        assert settings.slack.mode == "socket"
        assert settings.slack.api_url == "http://127.0.0.1:1/api/"

    def test_each_name_also_stands_for_a_file(self, tmp_path):
        (tmp_path / "url").write_text(f"{WEBHOOK_URL}\n")
        settings = load(None, {"BITRIX24_WEBHOOK_URL_FILE": str(tmp_path / "url")})
        assert settings.portals["main"].webhook_url == Secret(WEBHOOK_URL)

    def test_without_a_file_faults_name_the_variable(self):
        with pytest.raises(ConfigurationError) as caught:
            load(None, {"SLACK_BOT_TOKEN": "xoxb-1"})
        assert caught.value.faults == [
            (
                "environment: BITRIX24_WEBHOOK_URL: expected a section [portals.NAME] or the variable "
                "BITRIX24_WEBHOOK_URL, got nothing"
            ),
            (
                "environment: SLACK_APP_TOKEN: expected the app-level token (xapp-…) or, with mode = http, "
                "a signing_secret, got nothing"
            ),
        ]

    def test_a_bad_variable_is_not_shown(self):
        with pytest.raises(ConfigurationError) as caught:
            load(None, {"BITRIX24_WEBHOOK_URL": "https://acme.bitrix24.ru/kq3v9"})
        assert caught.value.faults == [
            (
                "environment: BITRIX24_WEBHOOK_URL: "
                "expected https://PORTAL/rest/USER/SECRET/ as Bitrix24 shows it, got <secret>"
            )
        ]

    def test_it_fills_what_the_file_leaves_out(self, read):
        settings = read("[slack]\n", ENVIRON, portal=False)
        assert settings.slack
        assert settings.slack.app_token == Secret("xapp-1")
        assert settings.portals["main"].webhook_url == Secret(WEBHOOK_URL)

    def test_the_file_goes_before_it(self, read):
        settings = read('slack = { bot_token = "xoxb-file", app_token = "xapp-file" }', ENVIRON)
        assert settings.slack
        assert settings.slack.bot_token == Secret("xoxb-file")
        assert settings.portals["main"].webhook_url != Secret(WEBHOOK_URL)

    def test_an_api_address_alone_asks_for_no_slack(self, read):
        assert read("", {"SLACK_API_URL": "https://slack.com/api/"}).slack is None

    def test_a_wrong_section_stays_a_fault(self, faults_of):
        assert "slack: expected a table, got 5" in faults_of("slack = 5", ENVIRON)


class TestReferences:
    def test_any_text_may_stand_elsewhere(self, read, tmp_path):
        (tmp_path / "zone").write_text("\ufeffEurope/Minsk\r\n")
        text = 'timezone = { file = "zone" }\npermissions = { admin = [{ env = "ADMIN" }] }'
        settings = read(text, {"ADMIN": "U024BE7LH"})
        assert settings.timezone == "Europe/Minsk"
        assert settings.permissions.admin == ("U024BE7LH",)

    @pytest.mark.parametrize(
        ("written", "environ", "fault"),
        [
            ('{ env = "ZONE" }', {}, "the environment variable ZONE is not set"),
            ('{ env = "ZONE" }', {"ZONE": ""}, "the environment variable ZONE is not set"),
            ('{ env = "ZONE" }', {"ZONE": "a", "ZONE_FILE": "b"}, "ZONE and ZONE_FILE are both set; keep one"),
            ('{ file = "none" }', {}, "can't read the file none: No such file or directory"),
            ('{ file = "a\\u0000b" }', {}, "can't read the file a\x00b: not UTF-8 text"),
            ('{ file = "latin" }', {}, "can't read the file latin: not UTF-8 text"),
            ('{ file = "blank" }', {}, "the file blank is empty"),
            (
                '{ env = "ZONE", file = "x" }',
                {},
                'a reference is { env = "NAME" } or { file = "PATH" }, and nothing beside it',
            ),
            ("{ env = 5 }", {}, 'a reference is { env = "NAME" } or { file = "PATH" }, and nothing beside it'),
            ('{ env = "ZONE" }', {"ZONE": "hidden"}, 'expected a time zone such as "Europe/Minsk", got <secret>'),
        ],
    )
    def test_what_leads_nowhere_is_a_fault(self, faults_of, tmp_path, written, environ, fault):
        (tmp_path / "latin").write_bytes(b"\xcf\xf0\xe8")
        (tmp_path / "blank").write_text("\n")
        assert faults_of(f"timezone = {written}", environ) == [f"timezone: {fault}"]


class TestFile:
    def test_the_one_asked_for_goes_first(self, tmp_path):
        assert find(Path("a.toml"), {"SLACK_BITRIX24_CONFIG": "b.toml"}, tmp_path) == Path("a.toml")
        assert find(None, {"SLACK_BITRIX24_CONFIG": "b.toml"}, tmp_path) == Path("b.toml")
        (tmp_path / "slack-bitrix24.toml").touch()
        assert find(None, {}, tmp_path) == tmp_path / "slack-bitrix24.toml"

    def test_a_missing_one_is_a_fault(self, tmp_path):
        with pytest.raises(ConfigurationError) as caught:
            load(tmp_path / "none.toml", {})
        assert caught.value.faults == [f"{tmp_path}/none.toml: can't be read: No such file or directory"]

    def test_one_that_is_no_utf_8_is_a_fault(self, tmp_path):
        file = tmp_path / "b24.toml"
        file.write_bytes('timezone = "Europe/Minsk"\n# Минск'.encode("cp1251"))
        with pytest.raises(ConfigurationError) as caught:
            load(file, {})
        assert caught.value.faults == ["b24.toml: line 2: not UTF-8 text; save the file as UTF-8"]

    def test_a_byte_order_mark_is_skipped(self, tmp_path):
        file = tmp_path / "b24.toml"
        file.write_bytes(b'\xef\xbb\xbftimezone = "Europe/Minsk"')
        assert load(file, ENVIRON).timezone == "Europe/Minsk"


class TestSecret:
    def test_it_is_shown_nowhere(self, read):
        """Promise: secrets never appear in a log line or an error."""
        settings = read(EXAMPLE, ENVIRON)
        shown = f"{settings!r} {settings} {Secret('hidden'):s} {Secret('hidden')} {[Secret('hidden')]}"
        for secret in ["hidden", "kq3v9", *(value for name, value in ENVIRON.items() if name != "ACME_CLIENT_ID")]:
            assert secret not in shown
        assert str(Secret("x")) == "<secret>"

    def test_equal_ones_are_equal(self):
        assert Secret("é") == Secret("é")
        assert Secret("a") != Secret("b")
        assert Secret("a") != "a"
        assert len({Secret("a"), Secret("a"), Secret("b")}) == 2

    def test_it_is_not_pickled(self):
        with pytest.raises(TypeError):
            pickle.dumps(Secret("a"))


class TestMachine:
    @pytest.mark.parametrize(
        ("said", "zone"),
        [
            ("Europe/Minsk", "Europe/Minsk"),
            (":Europe/Minsk", "Europe/Minsk"),
            ("/usr/share/zoneinfo/Europe/Minsk", "Europe/Minsk"),
            (":/usr/share/zoneinfo/Europe/Minsk", "Europe/Minsk"),
            ("/usr/share/zoneinfo/posix/Asia/Tokyo", "Asia/Tokyo"),
            ("europe/minsk", "Europe/Minsk"),
            ("EUROPE/KYIV", "Europe/Kyiv"),
            (" utc ", "UTC"),
            ("UTC0", "UTC"),
            ("MSK-3", "Etc/GMT-3"),
            ("<+03>-3", "Etc/GMT-3"),
            ("<-05>5", "Etc/GMT+5"),
            ("EST+5:00", "Etc/GMT+5"),
            ("IST-5:30", "Asia/Kolkata"),
            ("EST5EDT", "EST5EDT"),
        ],
    )
    def test_the_variable_goes_first_in_every_form(self, tmp_path, said, zone):
        found, _, warning = local_zone({"TZ": said}, link=tmp_path / "a", file=tmp_path / "b")
        assert warning == ""
        assert _clock(found) == _clock(zone)
        assert (found == zone) or said == "IST-5:30"

    @pytest.mark.parametrize(
        ("said", "zone"),
        [
            ("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin"),
            ("CET-1CEST,M3.5.0/2,M10.5.0/3:00", "Europe/Berlin"),
            ("XXX-1YYY,M3.5.0/02:00:00,M10.5.0/3", "Europe/Berlin"),
            ("EET-2EEST", "Europe/Kyiv"),
            ("PST8PDT,M3.2.0,M11.1.0", "America/Los_Angeles"),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "Australia/Sydney"),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "Australia/Lord_Howe"),
        ],
    )
    def test_a_rule_with_summer_time_is_the_zone_that_has_it(self, tmp_path, said, zone):
        found, _, warning = local_zone({"TZ": said}, link=tmp_path / "a", file=tmp_path / "b")
        assert (warning, _clock(found)) == ("", _clock(zone))

    @pytest.mark.parametrize("said", ["Europe/Minks", "MSK", "/etc/nowhere", "CET-1CEST,M3.1.0,M9.9.9", "+3", ":", "3"])
    def test_what_can_not_be_read_is_said(self, tmp_path, said):
        found, _, warning = local_zone({"TZ": said}, link=tmp_path / "a", file=tmp_path / "b")
        assert found == "UTC"
        assert warning.startswith(f"TZ={said}: not a time zone")

    def test_a_zone_that_the_machine_says_wrongly_is_a_warning_unless_the_configuration_says_one(self, read):
        assert any("TZ=Nowhere" in warning for warning in read("", {"TZ": "Nowhere"}).warnings)
        assert read("", {"TZ": "MSK-3"}).timezone == "Etc/GMT-3"
        assert read("", {"TZ": "MSK-3"}).timezone_from == "TZ"
        assert read('timezone = "Europe/Minsk"', {"TZ": "UTC"}).timezone_from == "the configuration"
        assert read("", {"TZ": "MSK-3"}).warnings == ()
        assert read('timezone = "Europe/Minsk"', {"TZ": "Nowhere"}).warnings == ()

    def test_then_where_the_link_points(self, tmp_path):
        (tmp_path / "zoneinfo" / "Asia").mkdir(parents=True)
        (tmp_path / "zoneinfo" / "Asia" / "Almaty").touch()
        (tmp_path / "localtime").symlink_to(tmp_path / "zoneinfo" / "Asia" / "Almaty")
        assert local_zone({}, link=tmp_path / "localtime", file=tmp_path / "b") == (
            "Asia/Almaty", str(tmp_path / "localtime"), "",
        )  # fmt: skip
        found, _, warning = local_zone({"TZ": "Nowhere"}, link=tmp_path / "localtime", file=tmp_path / "b")
        assert found == "Asia/Almaty"
        assert "taken: Asia/Almaty" in warning

    def test_then_what_the_file_says_then_utc(self, tmp_path):
        assert local_zone({}, link=tmp_path / "a", file=tmp_path / "b") == ("UTC", NOTHING_SAID, "")
        (tmp_path / "b").write_text("Europe/Kyiv\n")
        assert local_zone({}, link=tmp_path / "a", file=tmp_path / "b") == ("Europe/Kyiv", str(tmp_path / "b"), "")

    def test_this_machine_has_one(self):
        zoneinfo.ZoneInfo(local_zone({})[0])


def _clock(zone):
    """Return the offsets of a zone through the year."""
    moments = (datetime(2026, month, day, 1, 30, tzinfo=UTC) for month in range(1, 13) for day in range(1, 29))
    return [moment.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset() for moment in moments]


def test_importing_it_drags_nothing_heavy_in():
    """`--help` answers in under 0.3 s because nothing below imports what only a run needs."""
    code = "import sys, slack_bitrix24.config; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"pydantic", "yaml", "requests", "sqlalchemy", "slack_sdk", "asyncio", "difflib", "ssl"}
    assert heavy & set(run.stdout.split()) == set()


class TestWhereTheFileIsLookedFor:
    def test_the_first_place_that_has_it(self, tmp_path):
        working, home = tmp_path / "working", tmp_path / "home"
        own = home / ".config" / "slack-bitrix24"
        for place in (working, own):
            place.mkdir(parents=True)
        environ = {"HOME": str(home)}
        (own / "slack-bitrix24.toml").touch()
        assert find(None, environ, working) == own / "slack-bitrix24.toml"
        (working / "slack-bitrix24.toml").touch()
        assert find(None, environ, working) == working / "slack-bitrix24.toml"
        assert find(None, {**environ, "SLACK_BITRIX24_CONFIG": "named.toml"}, working) == Path("named.toml")
        assert find(Path("asked.toml"), environ, working) == Path("asked.toml")

    def test_the_xdg_folder_goes_before_the_usual_one(self, tmp_path):
        for place in (tmp_path / "xdg", tmp_path / ".config"):
            (place / "slack-bitrix24").mkdir(parents=True)
            (place / "slack-bitrix24" / "slack-bitrix24.toml").touch()
        environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
        assert find(None, environ, tmp_path) == tmp_path / "xdg" / "slack-bitrix24" / "slack-bitrix24.toml"

    def test_nowhere_names_all_places_and_what_to_do(self, tmp_path):
        with pytest.raises(ConfigurationError) as caught:
            find(None, {"HOME": "/var/me"}, tmp_path)
        places = f"{tmp_path}, /var/me/.config/slack-bitrix24, /etc/slack-bitrix24"
        assert caught.value.faults == [
            f"no slack-bitrix24.toml in {places}; give --config, or set BITRIX24_WEBHOOK_URL"
        ]

    @pytest.mark.parametrize("name", ["BITRIX24_WEBHOOK_URL", "SLACK_BOT_TOKEN_FILE", "DATABASE_URL"])
    def test_the_environment_alone_is_enough(self, tmp_path, name):
        assert find(None, {name: "x"}, tmp_path) is None


class TestLog:
    def test_it_has_defaults_and_takes_words(self, read):
        assert (read("").log.level, read("").log.format) == ("info", "auto")
        assert read('[log]\nlevel = "debug"\nformat = "json"').log.format == "json"

    @pytest.mark.parametrize(
        "text", ['level = "loud"', "level = 5", 'format = "xml"', "colour = true", 'levels = "info"']
    )
    def test_what_it_does_not_know_is_a_fault(self, faults_of, text):
        assert len(faults_of(f"[log]\n{text}")) == 1


@pytest.mark.parametrize("one", ["U024BE7LH", "W024BE7LH", "B024BE7LH", "A024BE7LH", "USLACKBOT"])
def test_a_relay_may_listen_to_a_user_a_bot_or_an_app(read, one):
    """What an app posts may carry its `app_id` alone."""
    relay = f'[[relays]]\nname = "a"\nchannels = ["C0ALERTS"]\nto = ["bitrix24:1"]\nfrom = ["{one}"]\n'
    settings = read('[slack]\nbot_token = "xoxb-1"\napp_token = "xapp-1"\n' + relay)
    assert settings.relays[0].from_ == (one,)
