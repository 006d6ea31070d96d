"""A terminal's configuration file, for a gateway that a test plays."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[str], Path]:
    """Writes `terminal.toml` for a gateway at this address; its store is `tmp_path/store`."""

    def write(gateway_url: str) -> Path:
        path = tmp_path / "terminal.toml"
        path.write_text(
            f"""
            terminal = {{ code = "CZ03", number = "03 号机" }}
            gateway = {{ url = "{gateway_url}" }}
            store = {{ directory = "{tmp_path}/store", reserve_mb = 1 }}
            [hall]
            name = "潮州市政务服务中心"
            short_name = "市政务中心"
            desk = "一楼服务台"
            telephone = "0768-2000000"
            hours = "工作日 9:00-17:00"
            [devices]
            identity_card_reader = {{ address = "tcp:127.0.0.1:1" }}
            document_camera = {{ driver = "frames", address = "none", simulated = true }}
            receipt_printer = {{ address = "tcp:127.0.0.1:1" }}
            """,
            "utf-8",
        )
        return path

    return write
