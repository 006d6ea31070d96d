"""What is said of a fault."""

import pytest

from kiosk import faults
from kiosk.faults import Fault
from ui.texts import texts_of

SAY = texts_of("zh_hans")
WORDS_OF_BLAME = ("错误", "非法", "违规", "您没有", "失败")
TWO_LINES = 20  # characters that stand in the state line of a device, even in large type


@pytest.mark.parametrize("fault", faults.ALL.values(), ids=lambda fault: fault.code)
def test_every_fault_is_said_to_the_citizen_and_to_the_technician(fault: Fault) -> None:
    said, told = SAY(f"fault.{fault.code}"), SAY(f"fault.{fault.code}.technician")
    assert 0 < len(said) <= TWO_LINES
    assert not any(word in said for word in WORDS_OF_BLAME)
    assert said != told
