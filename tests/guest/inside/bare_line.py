"""What a line carries when nothing but bytes goes over it: one TCP connection, one `sendall`, one byte back.

`bare_line receive HOST PORT` takes connections for ever; `bare_line send HOST PORT BYTES` says how many seconds.
"""

import socket
import sys
import time

PIECE_BYTES = 65_536


def receive(host: str, port: int) -> None:
    with socket.create_server((host, port)) as listening:
        print("receiving", flush=True)
        while True:
            connection, _ = listening.accept()
            with connection:
                left = int.from_bytes(connection.recv(8, socket.MSG_WAITALL), "big")
                while left > 0 and (piece := connection.recv(PIECE_BYTES)):
                    left -= len(piece)
                connection.sendall(b"." if left == 0 else b"")


def send(host: str, port: int, size: int) -> float:
    """Seconds from before the connection until the receiver has said that all is there."""
    content = bytes(range(256)) * (size // 256 + 1)
    started_s = time.monotonic()
    with socket.create_connection((host, port)) as connection:
        connection.sendall(size.to_bytes(8, "big") + content[:size])
        if connection.recv(1) != b".":
            raise ConnectionError("the receiver did not get everything")
    return time.monotonic() - started_s


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["receive", host, port]:
            receive(host, int(port))
        case ["send", host, port, size]:
            print(send(host, int(port), int(size)))
