"""x"""

import json, subprocess, sys, time
from pathlib import Path
from shaped_line import *
from processes import until
from failing_disk import run

RESULTS = Path("/results")
found = {}
sys.path.insert(0, "/project/tests/guest/inside")
import os

os.environ["PYTHONPATH"] += ":/project/tests/guest/inside"
for loss, size, times in ((0, 1_000_000, 2), (20, 300_000, 5)):
    with ShapedLine(Shape(512, 80, loss)) as line:
        print(run("ip", "netns", "exec", HALL, "ping", "-c", "3", CITY_ADDRESS) if Path("/bin/ping").exists() else "")
        p = started(CITY, "bare_line", "receive", "9000", log=RESULTS / "r.log")
        until(lambda: "receiving" in (RESULTS / "r.log").read_text(), "", within_s=20)
        out = []
        for i in range(times):
            out.append(
                float(
                    run(
                        "ip",
                        "netns",
                        "exec",
                        HALL,
                        sys.executable,
                        "-m",
                        "bare_line",
                        "send",
                        CITY_ADDRESS,
                        "9000",
                        str(size),
                    )
                )
            )
            print(loss, out[-1], size * 8 / out[-1] / 1000, "kbit/s", flush=True)
        print(line.counted())
        found[loss] = out
        p.kill()
        p.wait()
        (RESULTS / "r.log").unlink()
(RESULTS / "findings.json").write_text(json.dumps(found))
