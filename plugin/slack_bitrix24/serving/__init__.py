"""Serve an ASGI application from a thread of this process: one server for the product and for the sandbox."""
