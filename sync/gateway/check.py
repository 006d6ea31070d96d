"""Proves what a data directory or a backup holds: every digest, signature, acknowledgement, blob and chain."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kiosk.check_digits import is_receipt_number
from kiosk.submission import digest_of
from sync.gateway.catalogues import CatalogueFault, read_whole
from sync.gateway.opened import Parts
from sync.gateway.ports import Objects, Storage
from sync.gateway.reception import ACKNOWLEDGEMENT
from sync.gateway.records import Attached, JournalRow, KeptSubmission, Manifest, Signed
from sync.gateway.signing import Signing, is_signed_by
from sync.wire.journal import GENESIS, Entry, holds, read_digest


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What does not hold, and where. Nothing personal."""

    place: str
    fault: str


def check(parts: Parts) -> Iterator[CheckFinding]:
    """Everything that does not hold. Reads every blob."""
    storage = parts.storage
    for fault in storage.faults():
        yield CheckFinding("metadata", fault)
    keys = _terminal_keys(storage)
    blobs = dict(_blobs(parts.objects))
    for digest, whole in blobs.items():
        if not whole:
            yield CheckFinding(f"blob {digest}", "is not what its name says")
    for kept in storage.submissions():
        for fault in _submission_faults(kept, keys.get(kept.manifest.terminal, {}), parts, blobs):
            yield CheckFinding(f"submission {kept.manifest.sid}", fault)
    for code in storage.broken_histories():
        yield CheckFinding(f"terminal {code}", "the history of its feed does not hold")
    yield from _terminal_findings(parts)
    if not _is_chain(GENESIS, storage.own_journal()):
        yield CheckFinding("the gateway's journal", "its chain does not hold")
    catalogue = storage.catalogue()
    if catalogue is not None:
        read = read_whole(catalogue.signed)
        if not parts.signing.is_ours(catalogue.signed):
            yield CheckFinding("catalogue", "is not signed by a key of this gateway")
        elif isinstance(read, CatalogueFault):
            yield CheckFinding("catalogue", read.why)


def _terminal_keys(storage: Storage) -> Mapping[str, Mapping[str, bytes]]:
    """Every key that each terminal ever had: what it signed with an earlier one still counts."""
    keys: dict[str, dict[str, bytes]] = {}
    for row in storage.terminals():
        owners = {key_id: storage.key_owner(key_id) for key_id in storage.keys_of(row.code)}
        keys[row.code] = {key_id: owner.public for key_id, owner in owners.items() if owner is not None}
    return keys


def _blobs(objects: Objects) -> Iterator[tuple[str, bool]]:
    for digest in objects.digests():
        found = hashlib.sha256()
        for piece in objects.pieces(digest):
            found.update(piece)
        yield digest, f"sha256:{found.hexdigest()}" == digest


def _submission_faults(
    kept: KeptSubmission, keys: Mapping[str, bytes], parts: Parts, blobs: Mapping[str, bool]
) -> Iterator[str]:
    manifest = kept.manifest
    if digest_of(manifest.content) != manifest.fingerprint:
        yield "its manifest is not what its fingerprint says"
    else:
        yield from _row_faults(manifest)
    if not is_signed_by(manifest.content, manifest.signature, keys):
        yield "its manifest is not signed by a key of its terminal"
    if kept.acknowledgement is None:
        return
    yield from _acknowledgement_faults(kept, kept.acknowledgement, parts.signing)
    if not kept.is_in_feed:
        yield "its acknowledgement is not in the feed"
    if not kept.is_in_outbox:
        yield "it is not in the outbox to the city"
    for digest in dict.fromkeys(one.digest for one in manifest.attachments):
        # A blob that came while this check ran is looked at now.
        if digest not in blobs and not parts.objects.has(digest):
            yield f"its blob {digest} is not there"


def _row_faults(manifest: Manifest) -> Iterator[str]:
    """What is kept beside a manifest must be what the manifest says."""
    said = json.loads(manifest.content)
    attached = tuple(Attached(one["name"], one["sha256"], one["size"]) for one in said["attachments"])
    if said.get("sid") != manifest.sid:
        yield "its manifest is another submission's"
    elif attached != manifest.attachments:
        yield "its attachments are not those of its manifest"
    elif said["slip_code"] != manifest.slip_code:
        yield "its slip code is not its manifest's"
    elif said.get("terminal", {}).get("code", "") != manifest.terminal:
        yield "its terminal is not its manifest's"


def _acknowledgement_faults(kept: KeptSubmission, acknowledgement: Signed, signing: Signing) -> Iterator[str]:
    if not signing.is_ours(acknowledgement):
        yield "its acknowledgement is not signed by a key of this gateway"
        return
    said = json.loads(acknowledgement.content)
    members = tuple(said.get(name) for name in ("format", "sid", "fingerprint", "receipt_number"))
    if members != (ACKNOWLEDGEMENT, kept.manifest.sid, kept.manifest.fingerprint, kept.receipt_number):
        yield "its acknowledgement says something else"
    if not is_receipt_number(kept.receipt_number):
        yield "its receipt number is none"


def _terminal_findings(parts: Parts) -> Iterator[CheckFinding]:
    for row in parts.storage.terminals():
        place = f"terminal {row.code}"
        for branch in parts.storage.journal_branches(row.code):
            start = read_digest(branch.after_digest)
            if start is None or not _is_chain(start, branch.rows) or not _follows(branch.after_seq, branch.rows):
                yield CheckFinding(place, f"the chain of its journal does not hold (branch {branch.branch})")
        for certificate in parts.storage.certificates(row.code):
            if not parts.authority.has_issued(certificate.pem):
                yield CheckFinding(place, f"certificate {certificate.digest} is not by this authority")
        configuration = parts.storage.configuration(row.code)
        if configuration is not None and not parts.signing.is_ours(configuration.signed):
            yield CheckFinding(place, "its configuration is not signed by a key of this gateway")


def _follows(after_seq: int, rows: Sequence[JournalRow]) -> bool:
    return not rows or rows[0].seq == after_seq + 1


def _is_chain(start: bytes, rows: Sequence[JournalRow]) -> bool:
    try:
        chain = [(Entry(row.seq, row.at, row.event, json.loads(row.fields)), read_digest(row.digest)) for row in rows]
    except ValueError:
        return False
    return holds(start, ((entry, digest or b"") for entry, digest in chain))
