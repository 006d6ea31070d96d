"""Writes `cards.json`: chips of synthetic people, laid out here a second time, byte by byte, beside what they say.

Run by hand after a change: `python tests/golden/write_cards.py`. It imports nothing of the product.
"""

import json
from pathlib import Path
from typing import Any

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def checked(first_17: str) -> str:
    return first_17 + "10X98765432"[sum(int(d) * w for d, w in zip(first_17, WEIGHTS, strict=True)) % 11]


def chip(kind: str, *fields: tuple[int, int, str]) -> str:
    text = bytearray(" ".encode("utf-16-le") * 128)
    for offset, length, value in (*fields, (248, 2, kind)):
        encoded = value.encode("utf-16-le")
        assert len(encoded) <= length, value
        text[offset : offset + len(encoded)] = encoded
    assert len(text) == 256
    return text.hex()


def vector(title: str, text: str, **card: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("english_name", "nation", "nationality", "address", "issuer"), "")
    return {"title": title, "chip": text, "card": empty | card}


def resident_like(kind: str, *extra: tuple[int, int, str], card: dict[str, str], to: str) -> str:
    return chip(
        kind,
        (0, 30, card["name"]),
        (30, 2, card["sex"]),
        (32, 4, card.get("nation", "")),
        (36, 16, card["birth"].replace("-", "")),
        (52, 70, card["address"]),
        (122, 36, card["number"]),
        (158, 30, card["issuer"]),
        (188, 16, (card["valid_from"] or "").replace("-", "")),
        (204, 16, to),
        *extra,
    )


def vectors() -> list[dict[str, Any]]:
    elder = {
        "kind": "resident-identity-card",
        "name": "陈桂兰",
        "number": checked("10010119440101002"),
        "sex": "2",
        "nation": "01",
        "birth": "1944-01-01",
        "address": "演示省演示市湘桥区演示路1号",
        "issuer": "演示市公安局湘桥分局",
        "valid_from": "2006-08-15",
    }
    rare = elder | {
        "name": "𬭎䶮",
        "number": checked("10010219920229133"),
        "sex": "1",
        "nation": "22",
        "birth": "1992-02-29",
        "valid_from": "2020-03-01",
    }
    child = elder | {
        "name": "林小满",
        "number": checked("10010120150601124"),
        "sex": "2",
        "nation": "56",
        "birth": "2015-06-01",
        "valid_from": "2024-07-01",
    }
    permit = {
        "kind": "hmt-residence-permit",
        "name": "黄家辉",
        "number": checked("81001019800512003"),
        "sex": "1",
        "birth": "1980-05-12",
        "address": "演示省演示市演示区海滨路8号",
        "issuer": "演示市公安局",
        "valid_from": "2022-01-10",
    }
    foreigner_2017 = {
        "kind": "foreign-permanent-resident-2017",
        "name": "马可",
        "english_name": "EXAMPLE, MARCO ANTONIO",
        "number": "XXA310075010101",
        "sex": "1",
        "nationality": "XXA",
        "birth": "1975-01-01",
        "issuer": "1500",
        "valid_from": "2018-04-01",
    }
    foreigner_2023 = {
        "kind": "foreign-permanent-resident-2023",
        "name": "安娜",
        "english_name": "EXAMPLE VAN DER BERG, ANNA MARIA JOSEFA",
        "number": checked("910" + "999" + "19851224" + "002"),
        "sex": "2",
        "nationality": "XXA",
        "birth": "1985-12-24",
        "valid_from": "2024-02-02",
    }
    without_chinese = foreigner_2017 | {"name": "EXAMPLE, JOHN", "english_name": "EXAMPLE, JOHN"}

    def of_2017(card: dict[str, str], chinese: str) -> str:
        return chip(
            "I",
            (0, 120, card["english_name"]),
            (120, 2, card["sex"]),
            (122, 30, card["number"]),
            (152, 6, card["nationality"]),
            (158, 30, chinese),
            (188, 16, "20180401"),
            (204, 16, "20280331"),
            (220, 16, card["birth"].replace("-", "")),
            (236, 4, "01"),
            (240, 8, card["issuer"]),
        )

    english = foreigner_2023["english_name"]
    return [
        vector("resident without end", resident_like(" ", card=elder, to="长期"), valid_to="long-term", **elder),
        vector("resident, rare name", resident_like(" ", card=rare, to="20400301"), valid_to="2040-03-01", **rare),
        vector("child, no last day", resident_like(" ", card=child, to=""), valid_to="not-stated", **child),
        vector(
            "permit",
            resident_like("J", (220, 18, "H12345678"), (238, 4, "01"), card=permit, to="20270110"),
            valid_to="2027-01-10",
            **permit,
        ),
        vector("foreigner 2017", of_2017(foreigner_2017, "马可"), valid_to="2028-03-31", **foreigner_2017),
        vector(
            "foreigner 2017, no Chinese name", of_2017(without_chinese, ""), valid_to="2028-03-31", **without_chinese
        ),
        vector(
            "foreigner 2023, long name",
            chip(
                "Y",
                (0, 30, foreigner_2023["name"]),
                (30, 2, foreigner_2023["sex"]),
                (32, 4, "00"),
                (36, 16, "19851224"),
                (52, 70, english[:35]),
                (122, 36, foreigner_2023["number"]),
                (188, 16, "20240202"),
                (204, 16, "20340201"),
                (220, 22, english[35:]),
                (242, 6, foreigner_2023["nationality"]),
            ),
            valid_to="2034-02-01",
            **foreigner_2023,
        ),
    ]


if __name__ == "__main__":
    target = Path(__file__).with_name("cards.json")
    target.write_text(json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
