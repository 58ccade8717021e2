"""The served ways in, as tests/web has them."""

from web.conftest import serve

__all__ = ["serve"]
