"""A notify entity for each recipient."""

from __future__ import annotations

from homeassistant.components.notify import NotifyEntity, NotifyEntityFeature
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import BridgeEntry, async_send
from .bridge import Message
from .const import CONF_ADDRESS, DOMAIN, RECIPIENT

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001 - Home Assistant's signature
    entry: BridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entity of each sub-entry."""
    for subentry_id, subentry in entry.subentries.items():
        if subentry.subentry_type == RECIPIENT:
            async_add_entities([Recipient(entry, subentry)], config_subentry_id=subentry_id)


class Recipient(NotifyEntity):
    """One person or group, as the bridge's addresses name them."""

    _attr_has_entity_name = True
    _attr_name = None
    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self, entry: BridgeEntry, subentry: ConfigSubentry) -> None:
        self._entry = entry
        self._address = str(subentry.data[CONF_ADDRESS])
        self._attr_unique_id = f"{entry.entry_id}_{subentry.subentry_id}"
        self._attr_device_info = DeviceInfo(
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, self._attr_unique_id)},
            manufacturer="slack-bitrix24",
            name=subentry.title,
        )

    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Send it to this recipient."""
        await async_send(self.hass, self._entry, Message(message, title=title or "", to=(self._address,)))
