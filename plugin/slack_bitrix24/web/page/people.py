"""The mapping file as it is in use: who is who, the groups, its faults, and who was addressed in vain."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bitrix24.address import Address, Direct, MappingGroup, SlackGroup, SlackUser
from slack_bitrix24.store import Transaction
from slack_bitrix24.submit.people import People
from slack_bitrix24.web.page import shown
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.page.shown import Named
from slack_bitrix24.web.page.visit import Reply, Visit, gone_to
from slack_bitrix24.web.page.whom import is_known

MOST = 2000
"""People in one list: a browser draws no more at once."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One line of the mapping file. `email` and `handle` are Slack's; empty where Slack does not tell."""

    who: Named
    handle: str
    email: str
    to: str

    @property
    def said(self) -> str:
        """All that it can be found by."""
        return f"{self.who.name} {self.who.id} {self.handle} {self.email} {self.to}".casefold()


def people(desk: Desk, visit: Visit) -> Reply:
    """Show them; `text` is looked for in names, handles, e-mails and ids."""
    directory, known = desk.directory(), desk.people()
    text = visit.asked("text")[:200].casefold()
    mapped = [_mapped(slack_id, f"{one.portal}/{one.user_id}", known) for slack_id, one in directory.users.items()]
    found = [one for one in mapped if text in one.said]
    values = {
        "facts": desk.mapping(),
        "rows": sorted(found, key=lambda one: one.who.name.casefold())[:MOST],
        "total": len(mapped),
        "text": visit.asked("text")[:200],
    }
    if visit.partial:
        return Reply("people_rows.html", values)
    groups = [(name, [_member(each, known) for each in members]) for name, members in sorted(directory.groups.items())]
    unreached = desk.store.read(lambda tx: tx.unreached.list())
    unmapped = [_mapped(each, "", known).who for each in directory.unmapped()]
    # Who was added to the file since is no news any more.
    lacking = [one for one in unreached if not is_known(one.address, directory=directory, people=known)]
    return Reply("people.html", {**values, "groups": groups, "unreached": lacking, "unmapped": unmapped})


def forget(desk: Desk, visit: Visit) -> Reply:
    """Take an address off the list of those that were addressed in vain."""
    address = visit.form.get("address", "")[:200]

    def write(tx: Transaction) -> None:
        done = tx.unreached.forget(address)
        tx.audit.add(visit.deed("forget", address, "done" if done else "not done: it is not there"))

    desk.store.write(write)
    return gone_to("/page/people")


def _mapped(slack_id: str, to: str, known: People) -> Mapped:
    person = known.users.get(slack_id)
    return Mapped(shown.person(slack_id, known), person.handle if person else "", person.email if person else "", to)


def _member(one: Address, known: People) -> str:
    match one:
        case SlackUser(id=slack_id):
            return shown.person(slack_id, known).name
        case MappingGroup(name=name):
            return f"@{name}"
        case SlackGroup(id=group_id):
            group = known.groups.get(group_id)
            return f"@{group.handle}" if group else group_id
        case Direct(recipient=recipient):
            return str(recipient)
        case _:
            return str(one)
