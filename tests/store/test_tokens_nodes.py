"""Tokens, nodes, owners: the same on both databases."""

import subprocess
import sys

from slack_bitrix24.store import KeptToken, is_gone, new_owner
from waiting import until


def test_tokens_have_versions(store):
    save = lambda blob, version: store.write(  # noqa: E731 - three calls of it
        lambda tx: tx.tokens.save("acme", blob, expected_version=version)
    )
    assert store.read(lambda tx: tx.tokens.load("acme")) is None
    assert save(b"\x00\xff", 0)
    assert not save(b"other", 0)
    assert save(b"next", 1)
    assert store.read(lambda tx: tx.tokens.load("acme")) == KeptToken(b"next", 2)


def test_one_node_renews_a_token(store):
    claim = lambda owner, **how: store.write(  # noqa: E731 - many calls of it
        lambda tx: tx.tokens.exclusive("acme", owner, **how)
    )
    assert claim("a")
    assert not claim("b")
    assert claim("a", ttl=0.02)
    assert until(lambda: claim("b"))
    store.write(lambda tx: tx.tokens.release("acme", "a"))
    assert not claim("a")
    store.write(lambda tx: tx.tokens.release("acme", "b"))
    assert claim("a")
    assert store.read(lambda tx: tx.tokens.load("acme")) is None


def test_nodes_live_while_their_heart_beats(store):
    names = lambda within: [node.name for node in store.read(lambda tx: tx.nodes.live(within))]  # noqa: E731 - four calls
    store.write(lambda tx: tx.nodes.heartbeat("a", ["deliver", "web"]))
    store.write(lambda tx: tx.nodes.heartbeat("b"))
    store.write(lambda tx: tx.nodes.heartbeat("a", ["deliver"]))
    assert [node.roles for node in store.read(lambda tx: tx.nodes.live(60))] == [("deliver",), ()]
    until(lambda: names(0.01) == [])
    store.write(lambda tx: tx.nodes.gone("a"))
    assert names(60) == ["b"]
    assert store.write(lambda tx: tx.nodes.purge(tx.now + 1)) == 1


def test_this_process_lives():
    assert not is_gone(new_owner())
    assert new_owner() == new_owner()


def test_a_dead_process_of_this_host_is_gone():
    program = "from slack_bitrix24.store import new_owner; print(new_owner())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert is_gone(done.stdout.strip())


def test_a_process_id_that_is_used_again_is_not_the_owner():
    host, pid, _ = new_owner().split(":")
    assert is_gone(f"{host}:{pid}:1")


def test_of_other_hosts_nothing_is_known():
    host, pid, start = new_owner().split(":")
    assert not is_gone(f"other-{host}:{pid}:{start}")
    assert not is_gone(f"{host}:x:{start}")
    assert not is_gone("")
