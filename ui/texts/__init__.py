"""Message keys to sentences. No Qt here: slips, pages and the technician's console speak through the same texts.

A language is a folder of TOML files, each a flat table of key and sentence; a key stands in one file only.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from importlib.resources import files

from kiosk.documents import Message


class Texts:
    """Sentences of one language; a missing key is a bug and raises KeyError."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = sentences
        text = json.dumps(dict(sorted(sentences.items())), ensure_ascii=False)
        self.version = hashlib.sha256(text.encode()).hexdigest()[:12]

    def __call__(self, key: str, **values: object) -> str:
        return self._sentences[key].format(**values)

    def say(self, message: Message) -> str:
        return self(message.key, **dict(message.values))

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._sentences)


def texts_of(language: str) -> Texts:
    """The texts that ship, e.g. `zh_hans`. Raises ValueError when a key stands twice."""
    sentences: dict[str, str] = {}
    for file in sorted(files(__name__).joinpath(language).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for key, sentence in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in sentences:
                raise ValueError(f"{file.name}: {key} stands twice")
            sentences[key] = sentence
    return Texts(sentences)
