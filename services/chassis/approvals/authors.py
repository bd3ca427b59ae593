"""Who had a hand in a document: subjects, a line each. None of them consents to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chassis.errors import IllegalState

MOST_CHARACTERS = 1_000
"""What `Approval.applicants` holds, and `corrected_by` of a document."""

_FOR_THE_ASKER = 201
"""The longest subject and a line break: who asks for consent is an applicant, too."""


def lines_of(subjects: Iterable[str]) -> str:
    """Several subjects, each once, as `Approval.applicants` keeps them."""
    return "\n" + "".join(f"{each}\n" for each in dict.fromkeys(filter(None, subjects)))


def with_author(authors: Sequence[str], by: str) -> str:
    """All authors but the first, who drafted the document, and `by`, each once.

    Raises IllegalState TOO_MANY_AUTHORS where they would not fit into a request for consent:
    who is left out might consent to what is their own.
    """
    everyone = list(dict.fromkeys(filter(None, [*authors, by])))
    if by not in authors and len(lines_of(everyone)) > MOST_CHARACTERS - _FOR_THE_ASKER:
        raise IllegalState(
            "TOO_MANY_AUTHORS",
            "参与修改的人员过多，请撤回后重新起草",
            "too many people corrected it; withdraw it and draft it anew",
        )
    return "\n".join(everyone[1:])
