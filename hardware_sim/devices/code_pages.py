"""The character tables of receipt printers: `ESC t`, `ESC R`, and what a byte of each stands for.

Numbers after Epson's reference and the public printer database that python-escpos carries (PC1118 and PC1119 are
Lithuanian: CP774 and CP772 here); tables that Python lacks are written out. `None`: a table nobody published in full.
"""

from functools import lru_cache

_THAI = "cp874"

PAGES: dict[int, str | None] = {
    0: "cp437", 1: "katakana", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 6: None, 7: None, 8: None,
    11: "cp851", 12: "cp853", 13: "cp857", 14: "cp737", 15: "iso8859-7", 16: "cp1252", 17: "cp866", 18: "cp852",
    19: "cp858", 20: _THAI, 21: _THAI, 22: _THAI, 23: _THAI, 24: _THAI, 25: _THAI, 26: _THAI, 30: "tcvn", 31: "tcvn",
    32: "cp720", 33: "cp775", 34: "cp855", 35: "cp861", 36: "cp862", 37: "cp864", 38: "cp869", 39: "iso8859-2",
    40: "iso8859-15", 41: None, 42: "cp774", 43: "cp772", 44: "cp1125", 45: "cp1250", 46: "cp1251", 47: "cp1253",
    48: "cp1254", 49: "cp1255", 50: "cp1256", 51: "cp1257", 52: "cp1258", 53: "kz1048",
    66: None, 67: None, 68: None, 69: None, 70: None, 71: None, 72: None, 73: None, 74: None, 75: None, 82: None,
    254: None, 255: None,
}  # fmt: skip

# From 80 on.
_WRITTEN_OUT = {
    "katakana": "▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├¯─│▕┌┐└┘╭╮╰╯ ｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ"
    "═╞╪╡◢◣◥◤♠♥♦♣●○╱╲╳円年月日時分秒〒市区町村人▓\xa0",
    "cp772": "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп░▒▓│┤ĄČĘĖ╣║╗╝ĮŠ┐└┴┬├─┼ŲŪ╚╔╩╦╠═╬Žąčęėįšųūž┘┌█▄▌▐▀"
    "рстуфхцчшщъыьэюяЁё≥≤„“÷≈°∙·√ⁿ²■\xa0",
    "cp774": "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤ĄČĘĖ╣║╗╝ĮŠ┐└┴┬├─┼ŲŪ╚╔╩╦╠═╬Žąčęėįšųūž┘┌█▄▌▐▀"
    "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤„“÷≈°∙·√ⁿ²■\xa0",
    "cp851": "ÇüéâäàΆçêëèïîΈÄΉΊ\ufffdΌôöΎûùΏÖÜά£έήίϊΐόύΑΒΓΔΕΖΗ½ΘΙ«»░▒▓│┤ΚΛΝΜ╣║╗╝ΞΟ┐└┴┬├─┼ΠΡ╚╔╩╦╠═╬ΣΤΥΦΧΨΩαβγ┘┌█▄δε▀"
    "ζηθικλμνξοπρσςτ´\xad±υφχ§ψ˛°¨ωϋΰώ■\xa0",
    "cp853": "ÇüéâäàĉçêëèïîìÄĈÉċĊôöòûùİÖÜĝ£Ĝ×ĵáíóúñÑĞğĤĥ\ufffd½Ĵş«»░▒▓│┤ÁÂÀŞ╣║╗╝Żż┐└┴┬├─┼Ŝŝ╚╔╩╦╠═╬¤"
    "\ufffd\ufffdÊËÈıÍÎÏ┘┌█▄\ufffdÌ▀ÓßÔÒĠġµĦħÚÛÙŬŭ\ufffd´\xad\ufffdℓŉ˘§÷¸°¨˙\ufffd³²■\xa0",
    "tcvn": "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\xa0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵ"
    "ắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
}

REPLACEABLE = "#$@[\\]^`{|}~"
INTERNATIONAL: dict[int, str] = {  # `ESC R`: what stands for the characters above
    0: "#$@[\\]^`{|}~", 1: "#$à°ç§^`éùè¨", 2: "#$§ÄÖÜ^`äöüß", 3: "£$@[\\]^`{|}~", 4: "#$@ÆØÅ^`æøå~", 5: "#¤ÉÄÖÅÜéäöåü",
    6: "#$@°\\é^ùàòèì", 7: "₧$@¡Ñ¿^`¨ñ}~", 8: "#$@[¥]^`{|}~", 9: "#¤ÉÆØÅÜéæøåü", 10: "#$ÉÆØÅÜéæøåü",
    11: "#$á¡Ñ¿é`íñóú", 12: "#$á¡Ñ¿éüíñóú", 13: "#$@[₩]^`{|}~", 14: "#$ŽŠĐĆČžšđćč", 15: "#¥@[\\]^`{|}~",
    16: "₫$@[\\]^`{|}~", 17: "#$@[\\]^`{|}~", 66: "#$@[\\]^`{|}~", 67: "#$@[\\]^`{|}~", 68: "#$@[\\]^`{|}~",
    69: "#$@[\\]^`{|}~", 70: "#$@[\\]^`{|}~", 71: "#$@[\\]^`{|}~", 72: "#$@[\\]^`{|}~", 73: "#$@[\\]^`{|}~",
    74: "#$@[\\]^`{|}~", 75: "#$@[\\]^`{|}~", 82: "₹$@[\\]^`{|}~",
}  # fmt: skip


@lru_cache(maxsize=len(PAGES))
def upper_half(page: str | None) -> str:
    """The 128 characters from 80 on; U+FFFD where there is none."""
    if page is None:
        return "\ufffd" * 128
    written = _WRITTEN_OUT.get(page)
    if written is not None:
        return written
    return "".join(bytes([octet]).decode(page, "replace") for octet in range(0x80, 0x100))


def character(octet: int, page: str | None, international: int) -> str:
    """What one byte from 20 on prints."""
    if octet >= 0x80:
        return upper_half(page)[octet - 0x80]
    place = REPLACEABLE.find(chr(octet))
    return chr(octet) if place < 0 else INTERNATIONAL[international][place]
