"""Says whether this guest has what the others need: kernel modules, wheels, the project."""

import json
import platform
import subprocess
from pathlib import Path

import apsw
import cryptography

targets = subprocess.run(["dmsetup", "targets"], check=True, capture_output=True, text=True).stdout
subprocess.run(["ip", "link", "add", "probe0", "type", "veth", "peer", "name", "probe1"], check=True)
subprocess.run(["tc", "qdisc", "add", "dev", "probe0", "root", "netem", "rate", "512kbit", "delay", "40ms"], check=True)
found = {
    "kernel": platform.release(),
    "python": platform.python_version(),
    "sqlite": apsw.sqlite_lib_version(),
    "cryptography": cryptography.__version__,
    "targets": [line.split()[0] for line in targets.splitlines()],
}
Path("findings.json").write_text(json.dumps(found), "utf-8")
print(found)
