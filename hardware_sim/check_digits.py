"""ISO 7064 MOD 11-2 in its recursive form, written apart from the product's weighted one."""


def mod_11_2(digits: str) -> str:
    """The check character that makes `digits` followed by it congruent to 1 (GB 11643 uses it)."""
    remainder = 0
    for digit in digits:
        remainder = (remainder + int(digit)) * 2 % 11
    check = (12 - remainder) % 11
    return "X" if check == 10 else str(check)


def is_mod_11_2(number: str) -> bool:
    """Whether the last character of `number` is the check of the others."""
    return len(number) > 1 and number[:-1].isdigit() and number[-1] == mod_11_2(number[:-1])
