"""What was found out of portals, and the window for an installation."""

from slack_bitrix24.store import Probed


def test_what_a_probe_found_is_kept_until_the_next(store):
    assert store.read(lambda tx: tx.portals.probed("main")) is None
    for tags, reason in (("unknown", "refused"), ("no", ""), ("yes", "")):
        found = Probed("main", tags, 12.5, "digest", reason)
        store.write(lambda tx, found=found: tx.portals.keep(found))
        assert store.read(lambda tx: tx.portals.probed("main")) == found
    assert store.read(lambda tx: tx.portals.all_probed()) == [found]


def test_a_window_is_open_for_one_path_of_one_portal_until_its_end(store):
    def expects(portal, path):
        return store.read(lambda tx: tx.portals.expects(portal, path))

    assert not expects("main", "")
    store.write(lambda tx: tx.portals.expect("main", "one", until=tx.now + 600))
    assert [expects(*of) for of in (("main", "one"), ("main", "two"), ("main", ""), ("acme", "one"))] == [
        True, False, False, False
    ]  # fmt: skip
    store.write(lambda tx: tx.portals.expect("main", "two", until=tx.now + 600))
    assert (expects("main", "one"), expects("main", "two")) == (False, True)
    store.write(lambda tx: tx.portals.close("main", "one"))
    assert expects("main", "two")
    store.write(lambda tx: tx.portals.installed("main"))
    assert not expects("main", "two")
    assert store.read(lambda tx: tx.portals.installed_at("main")) > 0
    store.write(lambda tx: tx.portals.expect("main", "late", until=tx.now - 1))
    assert not expects("main", "late")
    assert store.read(lambda tx: tx.portals.all_probed()) == []
