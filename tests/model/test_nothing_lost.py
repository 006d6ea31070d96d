"""Nothing sealed is lost, nothing counts twice, nothing gets stuck: whatever network, disks and processes do.

`make torture` runs a million operations of the same worlds.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from sync.outbox import feed
from tests.model.torture import ACTS_A_WORLD, lived
from tests.model.world import ACTS, World

pytestmark = [pytest.mark.expects_warnings, pytest.mark.timeout(300)]


@pytest.fixture
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    memory = Path("/dev/shm")
    yield from _numbered(memory if memory.is_dir() else tmp_path_factory.mktemp("worlds"))


def _numbered(root: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=root))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("seed", range(5))
def test_a_world_of_random_trouble_ends_with_everything_there_once(seed: int) -> None:
    count, failure = lived(seed)
    assert failure is None
    assert count["operations"] > ACTS_A_WORLD


def test_every_order_of_trouble_that_hypothesis_can_think_of(folders: Path) -> None:
    class Worlds(RuleBasedStateMachine):
        lives = 0

        @initialize()
        def begin(self) -> None:
            Worlds.lives += 1
            self.world = World(folders / str(Worlds.lives), Random(0))

        @rule(act=st.sampled_from(sorted(ACTS)), seed=st.integers(0, 2**32))
        def something_happens(self, act: str, seed: int) -> None:
            self.world.random.seed(seed)
            self.world.do(act)

        def teardown(self) -> None:
            world: World | None = getattr(self, "world", None)
            if world is not None:
                try:
                    world.heal_and_prove()
                finally:
                    world.close()

    run_state_machine_as_test(Worlds, settings=settings(max_examples=20, stateful_step_count=50))


def test_the_proof_fails_for_a_terminal_that_does_not_offer_again(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "_offer_again_what_is_not_listed", lambda *_, **__: None)
    world = World(folders / "careless", Random(1))
    try:
        for act in ("seal", "backup", "seal"):
            world.do(act)
            world.heal_and_prove()
        world.do("restored")
        with pytest.raises(AssertionError, match="stuck"):
            world.heal_and_prove()
    finally:
        world.close()
