"""No part of the page for operators tells a secret, in either language, signed in or not; nor does the log."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from operated import MORE, PASSWORD, TOKEN, Operated
from rig import BOB, CONFIGURATION, Slack, sandbox
from slack_bitrix24.sandbox.workspace.signing_in import CLIENT_ID, CLIENT_SECRET
from slack_bitrix24.web.page.doors import table
from slack_bitrix24.web.page.passwords import hashed
from waiting import until

SIGNED = "s1gnatureOfNobody0123456789"
WITH_SLACK = CONFIGURATION.replace(
    'api_url = "{slack}"\n',
    f'api_url = "{{slack}}"\nclient_id = "{CLIENT_ID}"\nclient_secret = {{{{ env = "TEST_SLACK_SECRET" }}}}\n',
)


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[Operated, list[str]]]:
    """A bridge that has something to hide in each part of its page, and all that it hides."""
    with sandbox() as made:
        kept = hashed(PASSWORD)
        bridge = Operated(tmp_path_factory.mktemp("page"), made, configuration=WITH_SLACK, more=MORE, hash=kept)
        bridge.environ["TEST_SLACK_SECRET"] = CLIENT_SECRET
        try:
            bridge.start()
            slack = Slack(made)
            slack.type(f"<@{BOB}|bob> from a command", escaped=True).final("Delivered")
            slack.type("@nobodyatall hello")
            slack.type("remind me tea every day at 17:00")
            signed = {"X-Gotify-Key": TOKEN, "X-Slack-Signature": SIGNED}
            for path, how in (
                (f"/services/x/grafana/{TOKEN}", {"json": {"text": "in the path"}}),
                (f"/message?token={TOKEN}", {"json": {"message": "in a parameter"}}),
                ("/json/grafana", {"json": {"a": "in a header"}, "headers": {"Authorization": f"Bearer {TOKEN}"}}),
                ("/hooks/grafana", {"json": {"text": "x"}, "headers": signed}),
            ):
                requests.post(bridge.origin + path, timeout=9, **how)
            bridge.reaches(bridge.notify("for nobody", to="bitrix24:4711"), "dead")
            yield bridge, [
                PASSWORD, kept, kept.rpartition("$")[2], TOKEN, SIGNED, CLIENT_SECRET, made.bot_token, made.app_token,
                made.client_secret, bridge.environ["TEST_REFRESH_TOKEN"],
            ]  # fmt: skip
            assert [one for one in (PASSWORD, kept, TOKEN, SIGNED, CLIENT_SECRET) if one in bridge.text] == []
            assert bridge.stop() == 0
        finally:
            bridge.close()


def paths(bridge, visitor):
    """Return every path that can be asked for, with ids of things that are there: a new one joins by itself."""
    listed = until(lambda: re.findall(r"/page/notifications/(\d+)", visitor.get("/page").text))
    for way in table():
        if way.method == "GET" and "sign-in/slack" not in way.path:
            yield from (way.path.replace("{id}", id_) for id_ in (listed if "{id}" in way.path else [""]))
    yield from (
        "/page/nowhere",
        "/page/notifications/0",
        "/page?text=x",
        "/page/flow?range=week",
        "/page/static/page.js",
    )


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_part_of_the_page_tells_a_secret(served, language):
    bridge, secrets = served
    visitor, stranger = bridge.visitor(), bridge.visitor(signed_in=False)
    others = dict(bridge.visitor().session.cookies)["b24_page"]
    asked = list(dict.fromkeys(paths(bridge, visitor)))
    assert len(asked) > 15
    for path in asked:
        for who in (visitor, stranger):
            answer = who.get(path, headers={"Accept-Language": language})
            assert answer.status_code < 500, path
            text = f"{answer.headers} {answer.text}"
            hidden = [*secrets, others, visitor.session.cookies["b24_page"], "response_url", "/commands/T"]
            assert [one for one in hidden if one in text] == [], path


def test_what_a_stranger_typed_is_not_shown_again(served):
    bridge, _ = served
    stranger = bridge.visitor(signed_in=False)
    typed = "thePasswordOfAnotherPlace1"
    assert typed not in stranger.sign_in(typed).text
    visitor = bridge.visitor()
    assert typed not in visitor.get("/page/audit").text
    assert typed not in bridge.text
