"""Writes `social_security_cards.json`: the records of synthetic people's cards, laid out here a second time, beside
what they say.

Run by hand after a change: `python tests/golden/write_social_security_cards.py`. It imports nothing of the product.
"""

import json
from pathlib import Path
from typing import Any


def vector(title: str, name: str, card: dict[str, str], padding: str = "00") -> dict[str, Any]:
    """`records`: by file and tag, the whole answer to READ RECORD without its status word."""
    encoded = name.encode("gb18030").hex()
    holder = {
        "08": "12" + card["number"].encode().hex(),
        "09": "1e" + encoded + padding * (30 - len(encoded) // 2),
        "0a": "01" + card["sex"].encode().hex(),
        "0b": "01" + card["nation"],
        "0d": "04" + card["birth"].replace("-", ""),
    }
    of_the_card = {
        "05": "04" + card["valid_from"].replace("-", ""),
        "06": "04" + card["valid_to"].replace("-", ""),
        "07": "09" + card["card_number"].encode().hex(),
    }
    files = {"ef05": of_the_card, "ef06": holder}
    return {
        "title": title,
        "records": {file: {tag: tag + rest for tag, rest in records.items()} for file, records in files.items()},
        "card": {"kind": "social-security-card", "name": name} | card,
    }


def vectors() -> list[dict[str, Any]]:
    elder = {
        "number": "100101194401010028",
        "sex": "2",
        "nation": "01",
        "birth": "1944-01-01",
        "valid_from": "2019-03-15",
        "valid_to": "2029-03-15",
        "card_number": "A12345678",
    }
    she = elder | {"number": "100101198802290022", "nation": "22", "birth": "1988-02-29", "card_number": "B00000001"}
    man = elder | {"number": "100101195703120032", "sex": "1", "birth": "1957-03-12", "card_number": "K98765432"}
    return [
        vector("resident", "陈桂兰", elder),
        vector("rare character, of the She people", "黄䶮", she),
        vector("a name with a middle dot", "买买提·吐尔逊", man),
        vector("padded with FF", "吴建国", man, padding="ff"),
    ]


if __name__ == "__main__":
    target = Path(__file__).with_name("social_security_cards.json")
    target.write_text(json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
