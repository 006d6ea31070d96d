"""The ranges of numbers that no real person or body has, and that tests and demonstrations use."""

from kiosk.check_digits import is_credit_code, is_resident_number

_RESIDENT_REGIONS = ("10", "810010", "820010", "830010")


def is_synthetic(number: str) -> bool:
    """Whether a whole text is a number of a synthetic person or body.

    Residents: region 10xxxx. Permits: 810010, 820010, 830010. Foreign permanent residents: `9` and province 10 (2023
    form), XXA (2017 form). Credit codes: region 109xxx (100000 is the State's own bodies).
    """
    number = number.upper()
    if not (number.isascii() and number.isalnum()):
        return False
    if len(number) == 15:
        return number.startswith("XXA") and number[3:].isdigit()
    if len(number) != 18:
        return False
    if number[:17].isdigit() and is_resident_number(number):
        return number.startswith(_RESIDENT_REGIONS) or number.startswith("910")
    return number[2:5] == "109" and is_credit_code(number)
