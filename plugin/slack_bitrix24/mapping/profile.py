"""The address of a person's profile page at Bitrix24, taken in place of the id that stands in it. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_PAGE = re.compile(r"/(?:[\w-]+/)*personal/user/([1-9][0-9]{0,17})(?:/.*)?")

_BARE = re.compile(r"[\w.-]+\.[\w-]+(?::\d+)?/(?:[\w-]+/)*personal/user/")


def host_of(address: str) -> str:
    """Return the host of an address or of a bare domain, in small letters, with any port but the usual one."""
    try:
        return urlsplit(address if "://" in address else f"https://{address}").netloc.casefold().removesuffix(":443")
    except ValueError:
        return ""


def read_profile(text: str, hosts: Mapping[str, str]) -> tuple[str, int] | str | None:
    """Return the portal's name and the id of a profile's address; what is wrong with it; None where it is no address.

    `hosts` gives the portal by its host. The pages are /company/personal/user/10/ and, for guests from outside,
    /extranet/contacts/personal/user/10/.
    """
    if _BARE.match(text):  # browsers show it so, and it may be typed off
        text = f"https://{text}"
    if not text.casefold().startswith(("https://", "http://")):
        return None
    host = host_of(text)
    try:
        page = _PAGE.fullmatch(urlsplit(text).path)
    except ValueError:
        page = None
    if not page:
        return "expected the address of a profile page, as https://acme.bitrix24.ru/company/personal/user/10/"
    if host not in hosts:
        return f"no portal of the configuration is at {host or 'this address'}"
    return hosts[host], int(page[1])
