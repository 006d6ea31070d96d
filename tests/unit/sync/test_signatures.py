"""Signed is only what the named key signed, byte for byte."""

from hypothesis import given
from hypothesis import strategies as st

from sync.wire.signatures import KEY_BYTES, Signature, SigningKey, is_signed, key_id_of, new_seed, parse_signature

KEY = SigningKey(bytes(range(KEY_BYTES)))
OTHER = SigningKey(new_seed())
KEYS = {KEY.key_id: KEY.public}


@given(st.binary(max_size=200))
def test_a_signature_travels_as_one_line(content: bytes) -> None:
    signature = parse_signature(KEY.sign(content).line)
    assert signature == KEY.sign(content)
    assert is_signed(content, signature, KEYS)


@given(st.binary(max_size=100), st.integers(0, 799))
def test_one_bit_changed_anywhere_and_it_is_not_signed(content: bytes, bit: int) -> None:
    changed = bytearray(content or b"x")
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    assert not is_signed(bytes(changed), KEY.sign(content or b"x"), KEYS)


def test_a_key_nobody_named_signs_nothing() -> None:
    assert not is_signed(b"{}", OTHER.sign(b"{}"), KEYS)
    assert not is_signed(b"{}", Signature(KEY.key_id, OTHER.sign(b"{}").value), KEYS)


@given(st.text(max_size=120))
def test_any_text_is_a_line_or_none(line: str) -> None:
    signature = parse_signature(line)
    assert signature is None or signature.line == line


def test_the_key_id_is_made_of_the_public_key() -> None:
    # SHA-256 of the 32 raw bytes, by coreutils.
    assert key_id_of(bytes(32)) == "ed25519-66687aadf862bd77"
    assert KEY.key_id == key_id_of(KEY.public)
