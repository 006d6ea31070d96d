"""The simulator's control API (docs/simulator.md), as far as hands need it. Nothing of the simulator is imported."""

import http.client
import json
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from provisioning.conformance.expectations import CannotDo

ANSWER_WITHIN_S = 60.0


class NotRunning(Exception):
    """No simulation answers there."""


def default_run_dir() -> Path:
    """As the simulator chooses it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime) if runtime else Path(tempfile.gettempdir())
    return folder / ("hall-terminal-sim" if runtime else f"hall-terminal-sim-{os.getuid()}")


class Simulator:
    """The control API of one run directory."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir

    def ask(self, act: str, **details: Any) -> Any:
        """Raises NotRunning; CannotDo for what the simulation refuses."""
        try:
            url = json.loads((self._run_dir / "control.json").read_text("utf-8"))["url"]
            line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=ANSWER_WITHIN_S)
            headers = {"Content-Type": "application/json", "Run-Directory": quote(str(self._run_dir.absolute()))}
            line.request("POST", f"/v1/acts/{quote(act.replace(' ', '-'))}", json.dumps(details).encode(), headers)
            with line.getresponse() as response:
                outcome = json.loads(response.read())
            line.close()
        except (OSError, ValueError, LookupError, http.client.HTTPException) as error:
            raise NotRunning(f"no simulation runs in {self._run_dir} (start one with: kiosk-sim up)") from error
        if "refused" in outcome:
            raise CannotDo(f"the simulation cannot: {outcome['refused']}")
        return outcome["answer"]

    def status(self) -> dict[str, Any]:
        return dict(self.ask("status"))

    def fault(self, name: str, *, on: str | None = None, **parameters: Any) -> None:
        self.ask("fault set", name=name, on=on, parameters=parameters)

    def mend(self) -> None:
        """No fault at all."""
        self.ask("fault clear", name=None)
