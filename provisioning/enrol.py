"""Enrols this terminal with the one-time code of its platform, and says in words how that ended and what to do."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.configuration import Configuration
from kiosk.submission import Json
from provisioning.surroundings import foreign_owner
from sync.agent.enrolment import Enrolled, Refused, Why, enrol
from sync.configuration_file import RemoteConfiguration, effective_from, parse_remote, read_configuration
from sync.outbox.drain import Drain
from sync.outbox.pulled import Pulled
from sync.outbox.schema import StoreTrouble
from sync.strict_toml import FileFault
from sync.wire.enrolment_code import EnrolmentCode, Mistyped, parse_code


@dataclass(frozen=True, slots=True)
class Told:
    """How it ended. `reason` and `exit_status` are for programs; `to_do` is empty where nothing is."""

    exit_status: int
    reason: str
    what: str
    to_do: str = ""
    members: tuple[tuple[str, str | int], ...] = ()

    @property
    def enrolled(self) -> bool:
        return self.exit_status == 0

    @property
    def text(self) -> str:
        return self.what + (f"\n-> {self.to_do}" if self.to_do else "")

    @property
    def as_json(self) -> dict[str, Json]:
        told: dict[str, Json] = {"enrolled": self.enrolled, "reason": self.reason, "what": self.what}
        return told | {"to_do": self.to_do} | dict(self.members)


# The numbers of sysexits.h.
BAD_CODE, NO_NETWORK, NO_CLOCK, NO_DISK, BAD_PEER, BAD_CONFIGURATION = 65, 69, 71, 74, 76, 78

_NEW_CODE = "ask for a new code: `kiosk-gateway terminals add` on the platform"
_REFUSALS: Mapping[Why, tuple[int, str, str]] = {
    Why.NO_NETWORK: (
        NO_NETWORK,
        "The gateway does not answer: {detail}.",
        "see the cable, the network and the gateway's address, then try again with the same code",
    ),
    Why.NOT_A_GATEWAY: (
        BAD_PEER,
        "What answers at this address is no gateway that is well: {detail}.",
        "see the gateway's address; a page of the network that wants a login answers like this, too",
    ),
    Why.OTHER_AUTHORITY: (
        BAD_PEER,
        "Another platform answers than the one that made the code: {detail}. Neither code nor keys were sent.",
        "see the gateway's address; if it is right, somebody stands in between: tell the operator of the network",
    ),
    Why.FOREIGN_CERTIFICATE: (
        BAD_PEER,
        "The server cannot prove that it is the gateway: {detail}. Neither code nor keys were sent.",
        "see that the address names the gateway as its certificate does; else somebody stands in between",
    ),
    Why.CLOCK: (
        NO_CLOCK,
        "This machine's clock does not fit the certificate: {detail}.",
        "set the clock, then try again with the same code",
    ),
    Why.WRONG_CODE: (
        BAD_CODE,
        "The gateway does not know this code; {tries_left} more tries.",
        "read the code again from the platform's own screen, and type it again",
    ),
    Why.USED: (BAD_CODE, "The code has been used already, with other keys than this terminal's.", _NEW_CODE),
    Why.LATE: (BAD_CODE, "The code is too old.", _NEW_CODE),
    Why.LOCKED: (BAD_CODE, "The code is locked after too many wrong tries.", _NEW_CODE),
    Why.DISK: (
        NO_DISK,
        "The identity could not be written: {detail}.",
        "make room, see that the store's directory can be written, then try again with the same code",
    ),
}


def enrol_terminal(files: Sequence[Path], typed: str, *, gateway_url: str | None, now: datetime) -> Told:
    """Enrol the terminal that `files` configure. `gateway_url` takes the place of the configured one."""
    try:
        configuration = read_configuration(files)
    except FileFault as fault:
        return Told(BAD_CONFIGURATION, "configuration", str(fault), "correct the file; nothing was sent")
    code = parse_code(typed)
    if isinstance(code, Mistyped):
        return Told(
            BAD_CODE, "mistyped", f"The code is mistyped: {code.why}.", "type it again, six fours; nothing was sent"
        )
    url = gateway_url or configuration.gateway.url
    if refusal := _unready(configuration, code, url):
        return refusal
    directory = Path(configuration.store.directory)
    match enrol(directory, code, url, now=now):
        case Refused(why, detail, tries_left):
            status, what, to_do = _REFUSALS.get(why, (BAD_PEER, f"The gateway refuses: {why.value}.", _NEW_CODE))
            members = () if tries_left is None else (("tries_left", tries_left),)
            return Told(status, why.value, what.format(detail=detail, tries_left=tries_left), to_do, members)
        case Enrolled() as enrolled:
            return _enrolled(configuration, url, enrolled)


def _unready(configuration: Configuration, code: EnrolmentCode, url: str) -> Told | None:
    """What is wrong here, before anything is sent."""
    ours = configuration.terminal.code
    if code.terminal != ours:
        return Told(
            BAD_CODE, "other-terminal", f"The code is for terminal {code.terminal}, and this one is {ours}.",
            f"ask for a code for {ours}, or correct terminal.code; nothing was sent",
        )  # fmt: skip
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        return Told(
            BAD_CONFIGURATION, "address", f"{url} is no https address.",
            "correct gateway.url, or give --gateway; nothing was sent",
        )  # fmt: skip
    directory = Path(configuration.store.directory)
    if owner := foreign_owner(directory):
        return Told(
            BAD_CONFIGURATION, "owner", f"{directory} belongs to {owner}, who could not read the keys.",
            f"run this as the terminal's user: sudo -u {owner} kiosk-provision enrol ...; nothing was sent",
        )  # fmt: skip
    return None


def _enrolled(configuration: Configuration, url: str, enrolled: Enrolled) -> Told:
    """Begin anew in the store, with the first configuration, and say who this terminal is now."""
    hall = configuration.hall.name
    to_do = "" if url == configuration.gateway.url else f"set gateway.url to {url}: the agent goes by the configuration"
    effective = effective_from(configuration, enrolled.configuration)
    if isinstance(effective, Configuration):
        hall = effective.hall.name
    else:
        sentences = "; ".join(effective.sentences)
        to_do = f"its configuration does not fit and was not taken, tell the platform: {sentences}"
    if trouble := _keep(Path(configuration.store.directory), enrolled, fits=isinstance(effective, Configuration)):
        to_do = f"the store does not open ({trouble}): see the disk, then enrol once more with a new code"
    code = configuration.terminal.code
    return Told(
        0,
        "enrolled",
        f"This terminal is {code} in {hall} now, at {url}.\nIts certificate counts until "
        f"{enrolled.not_after.astimezone():%Y-%m-%d %H:%M}, and renews itself from two thirds of that time on.",
        to_do,
        (("terminal", code), ("hall", hall), ("gateway", url), ("valid_until", enrolled.not_after.isoformat())),
    )


def _keep(directory: Path, enrolled: Enrolled, *, fits: bool) -> str:
    """Why the store could not be told, or nothing. The first configuration is kept when it `fits`."""
    try:
        with closing(Drain(directory)) as drain:
            drain.enrolled(at=enrolled.not_before, not_after=enrolled.not_after)
            if fits:
                remote = parse_remote(enrolled.configuration)
                assert isinstance(remote, RemoteConfiguration)
                drain.keep_pulled(
                    Pulled.CONFIGURATION, enrolled.configuration, enrolled.configuration_signature,
                    snapshot="", cursor=remote.serial, version=str(remote.serial),
                )  # fmt: skip
    except StoreTrouble as trouble:
        return type(trouble).__name__
    return ""
