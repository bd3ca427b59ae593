"""Documents that others check with the public key alone."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from chassis import signing
from chassis.settings import ServiceSettings

CONTENT = '{"number":"GZ-1","unit":"云澜市财政局"}'
OTHER_KEY = bytes(range(32))


@pytest.fixture
def other_key() -> Iterator[None]:
    signing.use_key(OTHER_KEY)
    yield
    signing.use_key(signing.DEVELOPMENT_KEY)


def test_a_canonical_text_is_the_same_however_it_was_put_together() -> None:
    said = {"unit": "云澜市财政局", "number": "GZ-1"}
    assert signing.canonical(said) == CONTENT
    assert signing.canonical(dict(reversed(said.items()))) == CONTENT


def test_what_is_signed_is_so_until_anything_changes() -> None:
    signed = signing.sign(CONTENT)
    assert signing.is_signed(CONTENT.encode(), signed.signature, signed.public_key)
    changed = CONTENT.replace("GZ-1", "GZ-2").encode()
    assert not signing.is_signed(changed, signed.signature, signed.public_key)
    for signature, key in (
        ("", signed.public_key),
        ("!", signed.public_key),
        (signed.signature, ""),
        (signed.signature, "AAAA"),
        (signed.signature[:-4], signed.public_key),
        ("甲", "甲"),
    ):
        assert not signing.is_signed(CONTENT.encode(), signature, key)


def test_after_another_key_is_used_earlier_documents_are_checked_with_theirs(
    other_key: None,
) -> None:
    later = signing.sign(CONTENT)
    signing.use_key(signing.DEVELOPMENT_KEY)
    earlier = signing.sign(CONTENT)
    assert later.key_id != earlier.key_id
    for each in (earlier, later):
        assert signing.is_signed(CONTENT.encode(), each.signature, each.public_key)
    assert not signing.is_signed(CONTENT.encode(), earlier.signature, later.public_key)


def test_the_signature_is_that_of_rfc_8032() -> None:
    """Section 7.1, test 2: key, public key, signature of the one byte 72."""
    signing.use_key(
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    signed = signing.sign("r")
    signing.use_key(signing.DEVELOPMENT_KEY)
    assert base64.b64decode(signed.public_key).hex() == (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    )
    assert base64.b64decode(signed.signature).hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


@pytest.mark.parametrize(
    "key",
    ["", "!", "AAAA", base64.b64encode(signing.DEVELOPMENT_KEY).decode()],
    ids=["none", "no-base64", "too-short", "development"],
)
def test_production_refuses_a_missing_or_known_key(key: str) -> None:
    with pytest.raises(ValueError, match="GUANJIA_SIGNING_KEY"):
        settings(environment="production", signing_key=key).document_key()


def test_development_has_a_key_and_any_other_may_be_set() -> None:
    assert settings(environment="development").document_key() == signing.DEVELOPMENT_KEY
    text = base64.b64encode(OTHER_KEY).decode()
    assert settings(environment="production", signing_key=text).document_key() == OTHER_KEY


def settings(**given: str) -> ServiceSettings:
    """Whole in every other respect."""
    try:
        return ServiceSettings(ticket_public_keys="AAAA", column_keys="k:AAAA", **given)
    except ValidationError as error:  # would be mistaken for the refusal itself
        raise AssertionError(str(error)) from None
