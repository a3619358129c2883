"""The one socket that Seorap opens. Made before anything heavy is imported, and before the process leaves the network."""

from __future__ import annotations

import socket
import sys

from rag.errors import PortInUse

ADDRESS = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; 0 takes a free port.

    Raises:
        PortInUse
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform == "win32":  # where a port that is reused may be taken by another program
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((ADDRESS, port))
        listening.listen()  # whoever comes before the server is ready waits rather than being turned away
    except OSError as error:
        listening.close()
        raise PortInUse(port=port) from error
    return listening
