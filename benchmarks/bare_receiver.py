"""What a gateway costs at least: one handler that judges a manifest, its signature too, and commits the same row.

`python -m benchmarks.bare_receiver DIRECTORY TERMINAL KEY`: KEY is the terminal's public key in hex. Prints the port.
"""

import socket
import sys
import threading
from pathlib import Path

import apsw
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.gateway.manifest_rules import judge
from sync.gateway.records import Manifest, TerminalIdentity
from sync.wire.signatures import HEADER, key_id_of

TABLE = """
CREATE TABLE submission (place INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, slip_code TEXT NOT NULL,
fingerprint TEXT NOT NULL, manifest BLOB NOT NULL, terminal TEXT NOT NULL, manifest_signature TEXT NOT NULL) STRICT
"""


def main() -> None:
    directory, code, key = Path(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3])
    terminal = TerminalIdentity(code, "", {key_id_of(key): key})
    connection = apsw.Connection(str(directory / "bare.db"))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.execute(TABLE)
    lock = threading.Lock()

    def keep(manifest: Manifest) -> None:
        with lock:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "INSERT INTO submission (sid, slip_code, fingerprint, manifest, terminal, manifest_signature) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    manifest.sid,
                    manifest.slip_code,
                    manifest.fingerprint,
                    manifest.content,
                    manifest.terminal,
                    manifest.signature,
                ),
            )
            connection.execute("COMMIT")

    async def take(request: Request) -> Response:
        judged = judge(
            await request.body(),
            sid=request.path_params["sid"],
            terminal=terminal,
            signature=request.headers.get(HEADER),
            simulated=True,
            catalogue_version=None,
        )
        if not isinstance(judged, Manifest):
            return Response(status_code=422)
        await run_in_threadpool(keep, judged)
        return Response(status_code=201)

    app = Starlette(routes=[Route("/{sid}", take, methods=["PUT"])])
    with socket.create_server(("127.0.0.1", 0)) as bound:
        print(bound.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)).run(sockets=[bound])


if __name__ == "__main__":
    main()
