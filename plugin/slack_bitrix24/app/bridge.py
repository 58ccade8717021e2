"""The bridge as one process: which parts run, how they begin, and how they end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping

from slack_bitrix24 import metrics
from slack_bitrix24.app import setup
from slack_bitrix24.app.clicks import Around, Clicks, Heard, place_of
from slack_bitrix24.app.current import Current
from slack_bitrix24.app.drives import Drives
from slack_bitrix24.app.emails import Emails
from slack_bitrix24.app.flowing import Flowing
from slack_bitrix24.app.installing import install
from slack_bitrix24.app.operators import Known, desk
from slack_bitrix24.app.portals import keeps_tags, portals, rules
from slack_bitrix24.app.queues import queues
from slack_bitrix24.app.reloading import Reloading
from slack_bitrix24.app.slack_openid import SlackSignIn
from slack_bitrix24.app.slack_side import SlackSide, web_client
from slack_bitrix24.app.stops import Stops
from slack_bitrix24.app.watching import Watching
from slack_bitrix24.app.ways import Outside, WaysIn, beating, expected, hooks, pulses, watch, ways_in, where
from slack_bitrix24.config import Settings, load
from slack_bitrix24.deliver.buttons import Buttons
from slack_bitrix24.deliver.node import Node
from slack_bitrix24.errors import StoreError
from slack_bitrix24.listeners.handlers.following import Following
from slack_bitrix24.listeners.workspace import Workspace
from slack_bitrix24.mapping import Directory, MappingFile
from slack_bitrix24.model import Notification
from slack_bitrix24.receipts import Receipts
from slack_bitrix24.schedule import Clock
from slack_bitrix24.store import Retention, Store, is_gone, new_owner, purge
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.permissions import among
from slack_bitrix24.submit.reading import NotTold
from slack_bitrix24.submit.relay import permalink
from slack_bitrix24.submit.submitter import Submitter
from slack_bitrix24.submit.times import zone_of
from slack_bitrix24.web.hooks import Hooks
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.server import WebServer
from slack_bitrix24.web.site import Doors, site

log = logging.getLogger(__name__)

ROLES = ("slack", "schedule", "deliver", "web", "bot")
WAYS_IN = 4.0
"""Seconds that the ways in may take to end."""
DELIVERY = 4.0
"""Seconds that requests to Bitrix24 in hand may take to end."""
RECEIPTS = 1.0
"""Seconds that receipts in hand may take to reach Slack; what does not is given after the next start."""
LASTING = ("mapping", "clicks-", "receipt", "lanes", "store-", "inbox", "web", "APScheduler", "systemd")
"""How the threads are called that run as long as the bridge does."""


class Bridge:
    """Everything that `run` runs. `refuse` is called with one line when the bridge can't go on without a person."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        mapping: MappingFile | None,
        roles: Collection[str] = ROLES,
        environ: Mapping[str, str],
        refuse: Callable[[str], None],
    ) -> None:
        self.current, self.store, self.mapping, self.roles = Current(settings), store, mapping, roles
        self.owner = new_owner()
        slack = settings.slack
        self.following = Following(store)
        self.workspace = Workspace(web_client(slack), newest=self.following.newest) if slack else None
        self.submitter = Submitter(store, self.directory, self.people, rules(settings))
        self.portals = portals(settings, store=store, owner=self.owner, environ=environ, buttons=self._buttons())
        self.slack = self._slack(refuse) if "slack" in roles else None
        self.receipts = self._receipts(slack.command if slack else "/b24")
        self.node = Node(
            self.portals,
            store=store,
            owner=self.owner,
            gone=is_gone,
            on_stop=Stops(self.current, store, self.receipts, workspace=self.workspace),
            on_record=self.receipts.wake,
        )
        self.clicks = self._clicks()
        self.clock = self._clock()
        self.drives = Drives(settings, self.portals, store)
        self.emails = Emails(self.portals, client=self.drives.client, directory=self.directory, people=self.people)
        self.ways_in = self._ways_in()
        self.beating = Hooks(beating(settings.heartbeats))
        self.watch = watch(settings.heartbeats, store, self.submitter)
        self.reloading = Reloading(
            self.current, read=lambda: load(settings.path, environ), directory=self.directory, apply=self._apply
        )
        self.web: WebServer | None = None
        self._started = False
        self._ending = threading.Event()
        counted = Flowing(store, self.owner, time.time) if settings.web and settings.web.page else None
        self.watching = Watching(self.reloading, mapping, counted)
        self._lasting: list[threading.Thread] = []
        self._ended: dict[str, str] = {}
        self._unwatch: Callable[[], None] = lambda: None

    @property
    def settings(self) -> Settings:
        """The configuration in use."""
        return self.current.settings

    def _apply(self, settings: Settings) -> None:
        """Go over to settings of which only what takes effect at once is another; they stay as they are on an error."""
        made = setup.schedules(settings, now=time.time())
        setup.keep(self.store, made)
        setup.listen(self.store, setup.relays(settings))
        self.current.swap(settings)
        self.ways_in.hooks.swap(hooks(settings.webhooks, zone=settings.timezone))
        self.beating.swap(beating(settings.heartbeats))
        self.watch.expect(expected(settings.heartbeats))

    def _link(self, note: Notification) -> str:
        """Return the address in Slack of the message that a relay's notification tells of; empty where unknown."""
        place = place_of(note.sub_tag)
        return permalink(self.slack.workspace_url, *place) if self.slack is not None and place else ""

    def _language(self, note: Notification) -> str:
        """Return the language of a reader's Slack; that of whoever is not mapped is not known."""
        known = self.directory().slack_ids(note.recipient)
        return self.people().language(known[0]) if known else "en"

    def _zone(self, note: Notification) -> str:
        """Return the time zone of a reader's Slack, else the configuration's."""
        usual = self.settings.timezone
        return zone_of(note.recipient, directory=self.directory(), people=self.people(), usual=usual)

    def _buttons(self) -> Buttons:
        settings = self.current
        return Buttons(
            lambda: settings.settings.acknowledged,
            self._link,
            lambda: settings.settings.loud,
            self._language,
            self._zone,
        )

    def _clicks(self) -> Clicks:
        heard = {
            name: Heard(portal.bot, self.node.lanes[name].ask)
            for name, portal in self.portals.items()
            if portal.bot is not None
        }
        around = Around(self.directory, self.people, lambda: self.settings)
        return Clicks(heard, store=self.store, owner=self.owner, around=around)

    def _clock(self) -> Clock:
        return Clock(
            store=self.store,
            submitter=self.submitter,
            now=time.time,
            read=self._ask_members,
            permissions=self.current.permissions if self.settings.slack else None,
            sweep=self._sweep,
        )

    def _slack(self, refuse: Callable[[str], None]) -> SlackSide | None:
        if self.settings.slack is None or self.workspace is None:
            return None
        return SlackSide(
            self.current,
            self.settings.slack,
            store=self.store,
            submitter=self.submitter,
            workspace=self.workspace,
            following=self.following,
            owner=self.owner,
            now=time.time,
            refuse=refuse,
        )

    def _ways_in(self) -> WaysIn:
        return ways_in(
            self.settings.webhooks,
            store=self.store,
            submitter=self.submitter,
            outside=Outside(self._read_members, self._keeps_tags, self.drives.keep, self.emails.find),
            owner=self.owner,
            where=where(self.settings.web, self.settings.timezone),
        )

    def _receipts(self, command: str) -> Receipts:
        client = self.workspace.client if self.workspace else None
        return Receipts(
            self.store,
            owner=self.owner,
            command_name=command,
            client=client,
            is_admin=self._is_admin,
            told=lambda: any(one.startswith(("U", "W")) for one in self.settings.permissions.admin),
        )

    def _keeps_tags(self, one: Notification) -> bool:
        """Tell whether a notification can be taken back; StoreError where that can't be looked up."""
        portal = self.settings.portals.get(one.recipient.portal)
        return portal is not None and keeps_tags(portal, self.store, one.kind)

    def directory(self) -> Directory:
        """Return what the mapping file says at the moment."""
        return self.mapping.directory if self.mapping else Directory({}, {})

    def people(self) -> People:
        """Return who is known of the Slack workspace at the moment."""
        return self.workspace.people if self.workspace else People()

    def start(self) -> None:
        """Begin. Raises OSError when the web address is taken, StoreError when the database can't be used."""
        if self.mapping is not None:
            directory = self.mapping.directory
            log.info("%s: users: %s, groups: %s", self.mapping.path.name, len(directory.users), len(directory.groups))
        log.info("database: %s; portals: %s", self.store.where, ", ".join(self.portals))
        log.info("time zone of schedules and reminders: %s (%s)", self.settings.timezone, self.settings.timezone_from)
        setup.keep(self.store, setup.schedules(self.settings, now=time.time()))
        setup.listen(self.store, setup.relays(self.settings))
        # What a process that was killed had in hand is taken up at once, not when its claim runs out.
        self.store.write(lambda tx: (tx.inbox.free(is_gone), tx.receipts.free(is_gone)))
        if self.settings.web is not None and "web" in self.roles:
            web = self.settings.web
            # Before the door opens: who got no answer from a process that was killed may be the first to come again.
            self.ways_in.remember(self.store)
            self.web = WebServer(site(self._doors()), host=web.host, port=web.port, proxies=web.proxies)
        self._unwatch = metrics.watch_queues(lambda: queues(self.store))
        self.store.observe(metrics.observe_commit)
        if self.web is not None and self.settings.web is not None:
            self.web.start()
            log.info("HTTP: listening on %s:%s", self.settings.web.host, self.web.port)
            self.ways_in.posts.start()
            if self.slack is None and self.workspace is not None and self.settings.web.page:
                # Whoever keeps the people otherwise runs in another process.
                threading.Thread(target=self.workspace.load, name="people", daemon=True).start()
        if "deliver" in self.roles:
            self.receipts.start()
            self.node.start()
        if "bot" in self.roles:
            self.clicks.start()
        if "schedule" in self.roles:
            self.clock.start()
            self.watch.start()
        if self.slack is not None:
            self.slack.start()
        self.watching.start()
        self._lasting = [thread for thread in threading.enumerate() if thread.name.startswith(LASTING)]
        self._started = True

    def stop(self) -> None:
        """Finish what is in hand, within 10 s, and end: the ways in side by side, then delivery, then receipts."""
        self._ending.set()
        self.watching.stop()
        if self._started:
            ways_in = [
                part.stop for part in (self.slack, self.web, self.clock, self.watch, self.clicks) if part is not None
            ]
            ending = [threading.Thread(target=stop, daemon=True) for stop in ways_in]
            end = time.monotonic() + WAYS_IN
            for thread in ending:
                thread.start()
            for thread in ending:
                thread.join(max(0.0, end - time.monotonic()))
            self.ways_in.posts.stop(timeout=1.0)
            if "deliver" in self.roles:
                self.node.stop(grace=DELIVERY)
                self.receipts.stop(timeout=RECEIPTS)
            self.watching.join()
        self._unwatch()
        for portal in self.portals.values():
            portal.client.close()
        self.drives.close()

    def missing(self) -> dict[str, str]:
        """Return what the bridge still waits for, by part; empty when it is ready."""
        found = {}
        if trouble := self.store.trouble():
            found["database"] = trouble
        if self.slack is not None and (waits := self.slack.missing()):
            found["slack"] = waits
        if not self._ending.is_set():
            gone = [thread.name for thread in self._lasting if not thread.is_alive()]
            found |= {f"thread {name}": self._ended.get(name, "it ended") for name in (*gone, *self._ended)}
        return found

    def ended(self, name: str, how: str) -> None:
        """Note that an error ended a thread: what it did is no longer done, and a start anew is called for."""
        self._ended[name] = how

    def _doors(self) -> Doors:
        http = self.slack if self.slack is not None and self.slack.slack.mode == "http" else None
        return Doors(
            ready=self.missing,
            metrics=metrics.expose,
            slack=http.take if http else None,
            install=self._install,
            ways=self.ways_in.ways,
            pulses=pulses(self.beating, self.store),
            page=self._page(),
        )

    def _page(self) -> Desk | None:
        web = self.settings.web
        if web is None or not web.page:
            return None
        slack = self.settings.slack
        openid = (
            SlackSignIn(slack, self.workspace.client, time.time)
            if slack is not None and slack.client_id and self.workspace is not None
            else None
        )
        known = Known(self.directory, self.people, self.mapping, self._link, openid)
        return desk(self.current, self.store, self.submitter, known=known)

    def _install(self, name: str, path: str, form: Mapping[str, str]) -> int:
        """Take an installation; return the HTTP status."""
        portal = self.portals.get(name)
        status = install(portal.client, form, portal=name, path=path, store=self.store) if portal else 403
        if status == 200:
            self.node.wake(name)
        return status

    def _is_admin(self, slack_id: str) -> bool:
        admins = self.settings.permissions.admin
        return bool(slack_id) and among(slack_id, admins, directory=self.directory(), people=self.people())

    def _read_members(self, wanted: str) -> None:
        if self.workspace is not None:
            self.workspace.read(wanted)

    def _ask_members(self, wanted: str) -> NotTold | None:
        return (
            NotTold("Slack is not configured", lasting=True) if self.workspace is None else self.workspace.ask(wanted)
        )

    def _sweep(self) -> None:
        keep = self.settings.outbox
        try:
            purge(self.store, Retention(delivered=keep.keep_delivered, dead=keep.keep_dead))
        except StoreError as error:
            log.warning("nothing was purged: %s", error)
