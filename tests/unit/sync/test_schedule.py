"""What a lane may try at what time: in virtual time, over random histories."""

from dataclasses import dataclass, field
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sync.agent.schedule import BREAKS_AFTER, Schedule, Trouble

SYSTEMIC = [Trouble.UNREACHABLE, Trouble.IDENTITY, Trouble.SERVER, Trouble.BUSY]
CASES = ("a", "b", "c", "d")


@dataclass
class World:
    """A lane that tries whatever is due; each try takes `takes_s` and meets `trouble`, None being success."""

    schedule: Schedule
    keys: tuple[str, ...] = CASES
    now_s: float = 0.0
    trouble: Trouble | None = Trouble.UNREACHABLE
    takes_s: float = 0.0
    tries: list[tuple[float, str]] = field(default_factory=list)

    def run_until(self, end_s: float) -> None:
        while True:
            key = self.schedule.choose(self.keys, self.now_s)
            if key is None:
                due_s = self.schedule.next_s(self.keys)
                assert due_s is not None, "something is waiting and is never tried again"
                assert due_s > self.now_s, "due, and not chosen"
                if due_s > end_s:
                    self.now_s = end_s
                    return
                self.now_s = due_s
                continue
            if self.now_s > end_s:
                return
            started_s = self.now_s
            self.tries.append((started_s, key))
            if self.trouble is None:
                self.schedule.succeeded(key, now_s=self.now_s)
                self.keys = tuple(one for one in self.keys if one != key)
                if not self.keys:
                    return
            else:
                self.now_s += self.takes_s
                self.schedule.failed(key, self.trouble, started_s=started_s, now_s=self.now_s)

    def first_after(self, at_s: float) -> float:
        return next(started_s for started_s, _ in self.tries if started_s >= at_s)


histories = st.tuples(
    st.integers(0, 2**32),
    st.sampled_from(SYSTEMIC),
    st.floats(0, 45),
    st.floats(0, 20_000),
    st.integers(1, len(CASES)),
)


@given(histories)
def test_after_a_silent_healing_the_first_byte_comes_within_five_minutes(
    history: tuple[int, Trouble, float, float, int],
) -> None:
    seed, trouble, takes_s, heals_s, cases = history
    world = World(Schedule(Random(seed)), CASES[:cases], trouble=trouble, takes_s=takes_s)
    world.run_until(heals_s)
    healed_s = heals_s
    world.trouble = None
    world.run_until(heals_s + 2_000)
    assert world.first_after(healed_s) <= healed_s + 300 + 1e-6
    assert not world.keys, "then everything is drained"


@given(histories, st.lists(st.floats(0.1, 900), max_size=4))
def test_after_a_network_came_up_the_first_byte_comes_within_half_a_minute(
    history: tuple[int, Trouble, float, float, int], earlier: list[float]
) -> None:
    """Even when the one before had come up in vain, and a request still hung while it came."""
    seed, trouble, takes_s, up_s, cases = history
    takes_s = min(takes_s, 10.0)  # what hangs then is cut short
    world = World(Schedule(Random(seed)), CASES[:cases], trouble=trouble, takes_s=takes_s)
    world.run_until(up_s)
    for pause_s in earlier:
        world.schedule.network_up(world.now_s)
        world.run_until(world.now_s + pause_s)
    came_s = world.now_s
    world.schedule.network_up(came_s)
    world.trouble = None
    world.run_until(came_s + 2_000)
    assert world.first_after(came_s) <= came_s + 30 + 1e-6
    assert not world.keys


def test_a_request_that_hung_while_the_network_came_up_is_tried_again_within_half_a_minute() -> None:
    for seed in range(50):
        schedule = Schedule(Random(seed))
        for count in range(12):
            schedule.failed("a", Trouble.UNREACHABLE, started_s=count * 300.0, now_s=count * 300.0)
        schedule.network_up(5_000.0)
        schedule.failed("a", Trouble.UNREACHABLE, started_s=4_999.0, now_s=5_010.0)
        due_s = schedule.next_s(["a"])
        assert due_s is not None
        assert due_s <= 5_030


@given(st.integers(0, 1000), st.floats(1, 3600))
def test_nothing_is_tried_before_the_server_asked_for_not_even_when_a_network_comes_up(
    seed: int, asked_s: float
) -> None:
    schedule = Schedule(Random(seed))
    schedule.failed("a", Trouble.BUSY, started_s=0, now_s=0, retry_after_s=asked_s)
    schedule.network_up(0.5)
    due_s = schedule.next_s(["a"])
    assert due_s is not None
    assert due_s >= asked_s


def test_a_stuck_case_blocks_only_itself() -> None:
    schedule = Schedule(Random(1))
    schedule.failed("a", Trouble.CASE, started_s=0, now_s=0)
    assert schedule.choose(["a", "b"], 0.0) == "b"


def test_the_same_trouble_across_three_cases_opens_the_breaker_and_spends_no_more_tries() -> None:
    world = World(Schedule(Random(3)), tuple(f"case {n}" for n in range(100)))
    world.run_until(3600)
    tried = [key for _, key in world.tries]
    assert world.schedule.breaker is not None
    assert len(tried) < 60, "an hour of outage is a few dozen probes, however many cases wait"
    assert tried[:BREAKS_AFTER] == ["case 0", "case 1", "case 2"]


def test_every_case_is_a_probe_in_turn_so_one_that_poisons_hides_no_healthy_one() -> None:
    world = World(Schedule(Random(3)), CASES, trouble=Trouble.SERVER)
    world.run_until(20_000)
    assert {key for _, key in world.tries[-8:]} == set(CASES)


@given(st.integers(0, 1000), st.sampled_from(SYSTEMIC))
def test_a_success_closes_the_breaker_and_wakes_who_waited_for_the_same_reason(seed: int, trouble: Trouble) -> None:
    world = World(Schedule(Random(seed)), trouble=trouble)
    world.run_until(5_000)
    due_s = world.schedule.next_s(world.keys)
    assert due_s is not None
    world.trouble = None
    world.run_until(due_s)
    assert not world.keys, "all went at once"


def test_two_cases_or_two_kinds_of_trouble_open_no_breaker() -> None:
    schedule = Schedule(Random(1))
    for n, trouble in enumerate([Trouble.SERVER, Trouble.UNREACHABLE, Trouble.SERVER, Trouble.UNREACHABLE]):
        schedule.failed(CASES[n], trouble, started_s=0, now_s=0)
    assert schedule.breaker is None
    schedule = Schedule(Random(1))
    for n in range(10):
        schedule.failed(CASES[n % 2], Trouble.SERVER, started_s=0, now_s=0)
    assert schedule.breaker is None


def ceiling_of(schedule_after: int, *, loop: bool) -> float:
    """The longest of many pauses after so many setbacks, with a success of another step in between when `loop`."""
    longest = 0.0
    for seed in range(60):
        schedule = Schedule(Random(seed))
        for _ in range(schedule_after):
            if loop:
                schedule.succeeded("a", now_s=0)
            schedule.failed("a", Trouble.CASE, started_s=0, now_s=0)
        longest = max(longest, schedule.next_s(["a"]) or 0.0)
    return longest


def test_a_loop_of_commit_and_announce_slows_down_although_each_announce_succeeds() -> None:
    assert ceiling_of(1, loop=True) <= 1
    assert ceiling_of(5, loop=True) > 10
    assert ceiling_of(12, loop=True) > 250


def test_an_upload_that_got_further_begins_its_pauses_anew() -> None:
    schedule = Schedule(Random(1))
    for _ in range(20):
        schedule.failed("a", Trouble.UNREACHABLE, started_s=0, now_s=0, advanced=True)
    due_s = schedule.next_s(["a"])
    assert due_s is not None
    assert due_s <= 1


def test_one_that_fails_alone_is_not_woken_by_every_success_of_the_others() -> None:
    schedule = Schedule(Random(5))
    stuck_tries, now_s = 0, 0.0
    for n in range(200):
        while schedule.choose(["stuck"], now_s) == "stuck":
            stuck_tries += 1
            schedule.failed("stuck", Trouble.UNREACHABLE, started_s=now_s, now_s=now_s + 0.01)
            now_s += 0.01
        schedule.succeeded(f"case {n}", now_s=now_s)
        now_s += 0.05
    assert stuck_tries < 15


@given(st.integers(0, 1000))
def test_what_is_no_longer_there_is_forgotten(seed: int) -> None:
    schedule = Schedule(Random(seed))
    for _ in range(5):
        schedule.failed("a", Trouble.CASE, started_s=0, now_s=0)
    schedule.keep([])
    assert schedule.choose(["a"], 0.0) == "a"
