"""Check digits of the numbers that terminals read, type and print."""

from datetime import date

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def resident_check(first_17: str) -> str:
    """ISO 7064 MOD 11-2 as GB 11643 uses it: the 18th character of 17 digits."""
    if len(first_17) != 17 or not (first_17.isascii() and first_17.isdigit()):
        raise ValueError("17 digits are needed")
    return "10X98765432"[sum(int(d) * w for d, w in zip(first_17, _RESIDENT_WEIGHTS, strict=True)) % 11]


def is_resident_number(number: str) -> bool:
    """Citizen identity number (GB 11643): 18 characters, a true birth date, its check. `x` counts as `X`.

    Regions are not judged: retired codes stay in numbers for life.
    """
    number = number.upper()
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number[17] == resident_check(number[:17])


def credit_code_check(first_17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(CREDIT_CODE.index(c) * pow(3, i, 31) for i, c in enumerate(first_17))
    return CREDIT_CODE[(31 - total % 31) % 31]


def body_check(first_8: str) -> str:
    """The 9th character of a body's code (GB 11714), which stands inside a credit code."""
    value = 11 - sum(ALPHANUMERIC.index(c) * w for c, w in zip(first_8, _BODY_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(value, str(value))


def is_credit_code(code: str) -> bool:
    """Whether both checks hold. Codes in use are known that fail: warn with this, never block."""
    return (
        len(code) == 18
        and all(c in CREDIT_CODE for c in code)
        and code[17] == credit_code_check(code[:17])
        and code[16] == body_check(code[8:16])
    )


def licence_check(parts: str) -> str:
    """ISO 7064 MOD 37,36 over the parts of an electronic licence identifier after its root, dots removed."""
    remainder = 36
    for character in parts:
        remainder = (remainder + ALPHANUMERIC.index(character)) % 36 or 36
        remainder = remainder * 2 % 37
    return ALPHANUMERIC[(37 - remainder) % 36]


def luhn(digits: str, alphabet: str = "0123456789") -> str:
    """The Luhn check character in any alphabet of even length: MOD 10 for numbers, MOD 32 for slip codes."""
    size, total = len(alphabet), 0
    for place, character in enumerate(reversed(digits)):
        value = alphabet.index(character) * (2 - place % 2)
        total += value // size + value % size
    return alphabet[-total % size]


def is_bank_card(number: str) -> bool:
    """A bank card number: 16 to 19 digits with a Luhn check (ISO/IEC 7812-1)."""
    return 16 <= len(number) <= 19 and number.isascii() and number.isdigit() and luhn(number[:-1]) == number[-1]


def is_slip_code(code: str) -> bool:
    """Slip code (凭条号): three fours with dashes, Crockford base 32, the last character a Luhn check."""
    fours = code.split("-")
    if [len(four) for four in fours] != [4, 4, 4]:
        return False
    bare = "".join(fours)
    return all(c in CROCKFORD for c in bare) and luhn(bare[:-1], CROCKFORD) == bare[-1]


def is_receipt_number(number: str) -> bool:
    """Receipt number (收件编号): a date, seven digits, a Luhn digit."""
    return len(number) == 16 and number.isascii() and number.isdigit() and luhn(number[:-1]) == number[-1]
