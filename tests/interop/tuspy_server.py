"""`tuspyserver` on a free port of this machine: python tuspy_server.py DIRECTORY. Prints the port."""

import socket
import sys

import uvicorn
from fastapi import FastAPI
from tuspyserver import create_tus_router


def main() -> None:
    app = FastAPI()
    app.include_router(create_tus_router(files_dir=sys.argv[1], prefix="files"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
