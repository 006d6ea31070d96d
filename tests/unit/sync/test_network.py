"""When a way out of the machine came up."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sync.agent.network import Ways, came_up, read_ways, ways

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
DEFAULT = "eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
LOCAL = "eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
MODEM = "wwan0\t00000000\t00000000\t0001\t0\t0\t700\t00000000\t0\t0\t0\n"


def test_a_way_out_is_a_default_route_over_a_link_that_is_up() -> None:
    assert ways(HEAD + DEFAULT + LOCAL, {"eth0": "up\n"}).out == {("eth0", "0100A8C0")}
    assert ways(HEAD + DEFAULT, {"eth0": "down\n"}).out == frozenset()
    assert ways(HEAD + DEFAULT, {}).out == frozenset()
    assert ways(HEAD + LOCAL, {"eth0": "up"}).out == frozenset()
    assert ways(HEAD + DEFAULT.replace("0003", "0002"), {"eth0": "up"}).out == frozenset()


def test_a_modem_of_unknown_state_counts_as_up() -> None:
    assert ways(HEAD + MODEM, {"wwan0": "unknown"}).out == {("wwan0", "00000000")}


def test_a_network_came_up_when_there_is_a_way_that_was_not_there() -> None:
    cable, both = ways(HEAD + DEFAULT, {"eth0": "up"}), ways(HEAD + DEFAULT + MODEM, {"eth0": "up", "wwan0": "unknown"})
    none = Ways(frozenset())
    assert came_up(none, cable)
    assert came_up(cable, both)
    assert not came_up(both, cable)
    assert not came_up(cable, cable)
    assert not came_up(cable, none)


@given(st.text(), st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_any_text_is_read_without_complaint(table: str, links: dict[str, str]) -> None:
    assert isinstance(ways(HEAD + table, links), Ways)


def test_it_is_read_from_where_linux_says_it(tmp_path: Path) -> None:
    assert read_ways(tmp_path) == Ways(frozenset())
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/route").write_text(HEAD + DEFAULT)
    (tmp_path / "sys/class/net/eth0").mkdir(parents=True)
    (tmp_path / "sys/class/net/eth0/operstate").write_text("up\n")
    (tmp_path / "sys/class/net/bonding_masters").write_text("\n")
    assert read_ways(tmp_path).out == {("eth0", "0100A8C0")}
