"""Runs under Home Assistant's own Python: a real core with our integration, driven by a script, telling what it saw.

    python drive.py ORIGIN TOKEN < [["flow", {...}], ["recipient", {...}], ["notify", {...}], ["send", {...}]]

Prints one JSON line for each step.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from homeassistant import bootstrap, core, loader
from homeassistant.auth import auth_manager_from_config
from homeassistant.components import network
from homeassistant.config_entries import ConfigEntries
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry
from homeassistant.setup import async_setup_component
from voluptuous import Invalid

DOMAIN = "slack_bitrix24"
ONLY_THIS_MACHINE = {"version": 1, "key": "core.network", "data": {"configured_adapters": ["lo"]}}
INTEGRATION = Path(__file__).parents[2] / "custom_components" / DOMAIN


async def started(folder: Path) -> core.HomeAssistant:
    hass = core.HomeAssistant(str(folder))
    hass.config.skip_pip = True
    loader.async_setup(hass)
    hass.config_entries = ConfigEntries(hass, {})
    await bootstrap.async_load_base_functionality(hass)
    hass.auth = await auth_manager_from_config(hass, [{"type": "homeassistant"}], [])
    await network.async_get_adapters(hass)
    for name in ("homeassistant", DOMAIN):
        assert await async_setup_component(hass, name, {}), name
    return hass


async def flow(hass, given):
    begun = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    ended = await hass.config_entries.flow.async_configure(begun["flow_id"], given)
    await hass.async_block_till_done()
    entries = hass.config_entries.async_entries(DOMAIN)
    said = {name: ended.get(name) for name in ("errors", "reason", "title")}
    return {"type": str(ended["type"]), **said, "states": [one.state.value for one in entries]}


async def recipient(hass, given):
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    flows = hass.config_entries.subentries
    begun = await flows.async_init((entry.entry_id, "recipient"), context={"source": "user"})
    ended = await flows.async_configure(begun["flow_id"], given)
    await hass.async_block_till_done()
    known = entity_registry.async_get(hass).entities.values()
    said = {name: ended.get(name) for name in ("errors", "reason", "title")}
    return {"type": str(ended["type"]), **said, "entities": sorted(one.entity_id for one in known)}


async def notify(hass, given):
    await hass.services.async_call("notify", "send_message", given, blocking=True)
    return {"sent": True}


async def send(hass, given):
    return await hass.services.async_call(DOMAIN, "send", given, blocking=True, return_response=True)


async def token(hass, given):
    """The bridge's token changes: tell what is asked, answer with the new one."""
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": given["old"]})
    await hass.async_block_till_done()
    asked = [one for one in hass.config_entries.flow.async_progress() if one["context"]["source"] == "reauth"]
    before = entry.state.value
    ended = await hass.config_entries.flow.async_configure(asked[0]["flow_id"], {"token": given["new"]})
    await hass.async_block_till_done()
    return {"before": before, "asked": len(asked), "reason": ended.get("reason"), "after": entry.state.value}


async def unload(hass, _given):
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    return {"unloaded": await hass.config_entries.async_unload(entry.entry_id), "state": entry.state.value}


STEPS = {"flow": flow, "recipient": recipient, "notify": notify, "send": send, "token": token, "unload": unload}


async def main() -> None:
    steps = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "custom_components").mkdir()
        (Path(folder) / "custom_components" / DOMAIN).symlink_to(INTEGRATION)
        kept = Path(folder) / ".storage" / "core.network"
        kept.parent.mkdir()
        kept.write_text(json.dumps(ONLY_THIS_MACHINE))
        hass = await started(Path(folder))
        for name, given in steps:
            try:
                said = await STEPS[name](hass, given)
            except (HomeAssistantError, Invalid) as error:
                said = {
                    "error": type(error).__name__,
                    "key": getattr(error, "translation_key", None),
                    "text": str(error),
                }
            print(json.dumps(said), flush=True)
        await hass.async_stop(force=True)


asyncio.run(main())
