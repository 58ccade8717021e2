"""What a document becomes: MESSAGE, MESSAGE_OUT and ATTACH, safe for where they go. No I/O."""
