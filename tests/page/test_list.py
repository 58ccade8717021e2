"""The list, the filters and one notification's story, and what is done there: over HTTP against the running program."""

from __future__ import annotations

import re

import pytest
import requests

from operated import TOKEN
from rig import BOB
from waiting import until


def rows(text):
    """Return the ids in a list, in its order."""
    return [int(number) for number in re.findall(r'<td class="text"><a href="/page/notifications/(\d+)"', text)]


@pytest.fixture(scope="module")
def seeded(bridge):
    """What is there to be found: each id by a word for it."""
    ids = {
        "delivered": bridge.reaches(bridge.notify("Deploy of *api* finished"), "delivered"),
        "bob": bridge.reaches(bridge.notify("Диск переполнен", to="bitrix24:12"), "delivered"),
        "dead": bridge.reaches(bridge.notify("for nobody", to="bitrix24:999"), "dead"),
        "pending": bridge.notify("much later", at="2030-01-01T00:00:00Z"),
        "cancelled": bridge.notify("never mind", at="2030-01-01T00:00:00Z"),
    }
    requests.delete(
        f"{bridge.origin}/api/notifications/{ids['cancelled']}", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=9
    )
    return ids


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["cancelled", "pending", "dead", "bob", "delivered"]),
        ("state=dead", ["dead"]),
        ("state=pending", ["pending"]),
        ("state=cancelled", ["cancelled"]),
        ("state=delivered", ["bob", "delivered"]),
        ("state=superseded", []),
        ("state=sending", []),
        ("source=webhook:grafana", ["cancelled", "pending", "dead", "bob", "delivered"]),
        ("source=command", []),
        ("source=reminder:", []),
        ("text=deploy", ["delivered"]),
        ("text=API+deploy", ["delivered"]),
        ("text=of+api+finished", ["delivered"]),
        ("text=диск", ["bob"]),
        ("text=ПЕРЕПОЛНЕН", ["bob"]),
        ("text=%25", []),
        ("text=_", []),
        ("text=[b]", []),
        ("to=Bob+Smirnov", ["bob"]),
        ("to=bob+smirnov", ["bob"]),
        (f"to={BOB}", ["bob"]),
        ("to=@bob", ["bob"]),
        ("to=12", ["bob"]),
        ("to=bitrix24:12", ["bob"]),
        ("to=main/12", ["bob"]),
        ("to=oncall", ["cancelled", "pending", "bob", "delivered"]),
        ("to=smirn", ["bob"]),
        ("to=PETRO", ["cancelled", "pending", "delivered"]),
        ("to=bob@example.com", ["bob"]),
        ("to=999", ["dead"]),
        ("to=999&state=delivered", []),
        ("to=nobodyatall", []),
        ("to=12&text=deploy", []),
    ],
)
def test_what_is_asked_for_is_found(visitor, seeded, query, found):
    answer = visitor.get(f"/page?{query}")
    assert answer.status_code == 200
    assert rows(answer.text) == [seeded[word] for word in found]


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense",
        "state=dead&state=pending",
        "before=0",
        "before=-1",
        "before=99999999999999999999999",
        "before=x",
        "source=%00",
        "text=%00%ff",
        "to=%F0%9F%92%A9",
        "to=bitrix24:0",
        "to=bitrix24:99999999999999999999999",
        "text=" + "x" * 3000,
        "text=" + "a+" * 300,
    ],
)
def test_whatever_stands_in_the_address_is_answered(visitor, seeded, query):
    assert visitor.get(f"/page?{query}").status_code == 200


def test_names_stand_beside_ids_and_plain_text_in_place_of_codes(visitor, seeded):
    text = visitor.get("/page").text
    assert "Bob Smirnov" in text
    assert "main/12" in text
    assert "Deploy of api finished" in text
    assert "[b]" not in text
    assert "Bitrix24 has no user 999" in text


def test_times_are_of_the_zone_that_the_page_names(visitor, seeded):
    text = visitor.get("/page").text
    assert "Times are of Europe/Minsk" in text
    assert re.search(r'<time datetime="[^"]+\+03:00"', text)


def test_pages_follow_each_other_without_a_gap(bridge, visitor, seeded):
    made = [bridge.notify(f"pager {number}", at="2030-01-01T00:00:00Z") for number in range(60)]
    first = visitor.get("/page?text=pager")
    following = re.search(r'href="([^"]+)" rel="next"', first.text)[1].replace("&amp;", "&")
    second = visitor.get(following)
    assert rows(first.text) + rows(second.text) == sorted(made, reverse=True)
    assert 'rel="next"' not in second.text


def test_htmx_is_given_the_rows_alone(visitor, seeded):
    text = visitor.get("/page?state=dead", headers={"HX-Request": "true"}).text
    assert rows(text) == [seeded["dead"]]
    assert "<html" not in text


@pytest.mark.parametrize("number", ["0", "x", "-1", "123456789", "99999999999999999999999"])
def test_what_is_not_there_is_said(visitor, number):
    assert visitor.get(f"/page/notifications/{number}").status_code == 404
    token = visitor.csrf("/page")
    assert visitor.post(f"/page/notifications/{number}/retry", csrf=token).status_code == 404


def test_a_story_tells_all_that_is_known(visitor, seeded):
    text = visitor.get(f"/page/notifications/{seeded['delivered']}").text
    for words in (
        "Anna Petrova", "webhook grafana", "Accepted", "Delivered", "Bitrix24&#39;s id", "In the centre", "Push",
        "E-mail copy", "<b>api</b>", "The request as it came", "Deploy of *api* finished", "[b]api[/b]", "|U10",
    ):  # fmt: skip
        assert words in text, words


def test_a_request_is_shown_without_its_secret(bridge, visitor):
    hook = f"{bridge.origin}/services/any/grafana/{TOKEN}"
    requests.post(hook, json={"text": "raw one"}, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=9)
    [id_, *_] = until(lambda: rows(visitor.get("/page?text=raw").text))
    text = visitor.get(f"/page/notifications/{id_}").text
    assert "raw one" in text
    assert "user-agent" in text
    assert TOKEN not in text


def test_a_story_of_a_command_names_who_typed_it(visitor, slack):
    slack.type(f"<@{BOB}|bob> from a *command*", escaped=True).final("Delivered")
    [id_] = rows(visitor.get("/page?source=command").text)
    text = visitor.get(f"/page/notifications/{id_}").text
    assert "from Anna Petrova" in text
    until(lambda: "Answer to whoever asked: given" in visitor.get(f"/page/notifications/{id_}").text)


def test_versions_of_one_tag_stand_beside_each_other(bridge, visitor):
    first = bridge.reaches(bridge.notify("first version", tag="same"), "delivered")
    second = bridge.reaches(bridge.notify("second version", tag="same"), "delivered")
    text = visitor.get(f"/page/notifications/{second}").text
    assert f'<a href="/page/notifications/{first}">first version</a>' in text


def test_a_dead_one_goes_out_again(bridge, visitor, made):
    id_ = bridge.reaches(bridge.notify("again please", to="bitrix24:17"), "delivered")
    id_ = bridge.reaches(bridge.notify("again please, twice", to="bitrix24:4711"), "dead")
    made.portal.users[4711] = made.portal.users[17]
    answer = visitor.post(f"/page/notifications/{id_}/retry", csrf=visitor.csrf(f"/page/notifications/{id_}"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/page/notifications/{id_}?said=retry")
    assert "It goes out again." in visitor.get(answer.headers["location"]).text
    bridge.reaches(id_, "delivered")
    answer = visitor.post(f"/page/notifications/{id_}/retry", csrf=visitor.csrf("/page"))
    assert "said=not_retry" in answer.headers["location"]


def test_all_that_is_dead_goes_out_again_at_once(bridge, visitor, made):
    several = [bridge.notify(f"all again {number}", to=f"bitrix24:{5000 + number}") for number in range(3)]
    for id_ in several:
        bridge.reaches(id_, "dead")
    assert "/page/retry-all" in visitor.get("/page?state=dead").text
    assert "/page/retry-all" not in visitor.get("/page?state=delivered").text
    for number in range(3):
        made.portal.users[5000 + number] = made.portal.users[17]
    answer = visitor.post("/page/retry-all", csrf=visitor.csrf("/page"))
    assert answer.headers["location"] == "/page?said=retry_all"
    assert "goes out again" in visitor.get("/page?said=retry_all").text
    for id_ in several:
        bridge.reaches(id_, "delivered")


def test_what_is_delivered_is_not_cancelled(bridge, visitor, seeded):
    answer = visitor.post(f"/page/notifications/{seeded['bob']}/cancel", csrf=visitor.csrf("/page"))
    assert "said=not_cancel" in answer.headers["location"]
    assert bridge.state(seeded["bob"]) == "delivered"
