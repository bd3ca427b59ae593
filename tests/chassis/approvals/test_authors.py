"""Who had a hand in a document is known to the last one."""

from __future__ import annotations

import pytest

from chassis.approvals.authors import MOST_CHARACTERS, lines_of, with_author
from chassis.errors import IllegalState


def test_everybody_is_named_once_in_the_order_they_came() -> None:
    assert with_author(["zhang", ""], "li") == "li"
    assert with_author(["zhang", "li"], "wang") == "li\nwang"
    assert with_author(["zhang", "li", "wang"], "li") == "li\nwang"
    assert with_author(["zhang", ""], "zhang") == ""
    assert lines_of(["zhang", "", "li", "zhang"]) == "\nzhang\nli\n"


def test_one_more_than_a_request_for_consent_holds_is_refused() -> None:
    authors = [f"{number:0>49}" for number in range(15)]
    assert len(lines_of([*authors, "c" * 47])) == 799, "and 201 for who asks"
    assert with_author(authors, "c" * 47).endswith("c" * 47)
    with pytest.raises(IllegalState) as refused:
        with_author(authors, "c" * 49)
    assert refused.value.reason == "TOO_MANY_AUTHORS"


def test_who_is_an_author_already_corrects_it_however_many_there_are() -> None:
    authors = [f"{number:0>200}" for number in range(4)]
    assert with_author(authors, authors[3]) == "\n".join(authors[1:])


def test_with_the_longest_name_of_who_asks_it_still_fits() -> None:
    authors = ["zhang"]
    while True:
        try:
            more = with_author(authors, f"{len(authors):0>97}")
        except IllegalState:
            break
        authors = ["zhang", *more.split("\n")]
    assert len(authors) == 9
    assert len(lines_of(["a" * 200, *authors])) <= MOST_CHARACTERS
