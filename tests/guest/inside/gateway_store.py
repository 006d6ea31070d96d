"""x"""
from pathlib import Path
class GatewayStore:
    name = "gateway"
    def __init__(self, seed: int, log: Path) -> None: ...
