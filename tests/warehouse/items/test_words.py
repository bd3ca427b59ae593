"""A name is found by whatever part of it somebody types."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warehouse.items.words import sought_in, words_of

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1)
LATIN = st.text("abcxyzABCXYZ0189", min_size=1, max_size=60)
NAMES = st.lists(st.one_of(CHINESE, LATIN), min_size=1, max_size=5).map(" ".join)


@given(CHINESE, st.data())
def test_a_chinese_name_is_found_by_each_part_of_it(name: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(name) - 1))
    last = data.draw(st.integers(first + 1, len(name)))
    part = name[first:last]
    assert sought_in(part)
    assert sought_in(part) <= words_of(name)


@given(NAMES, st.randoms(use_true_random=False))
def test_any_name_is_found_by_its_words_in_any_order_and_case(name: str, random: object) -> None:
    words = name.split(" ")
    random.shuffle(words)  # type: ignore[attr-defined]
    assert sought_in("　".join(words).upper()) <= words_of(name)
    assert sought_in("".join(f"%{each}_" for each in words)) <= words_of(name)


@given(st.text(max_size=200))
def test_a_word_fits_where_it_is_kept_and_has_no_sign_in_it(name: str) -> None:
    for word in words_of(name) | sought_in(name):
        assert 1 <= len(word) <= 40
        assert not set(word) & set(" %_*?'\"\\")


def test_words_of_a_name_written_by_hand() -> None:
    assert words_of("办公桌 A3") == {"办", "公", "桌", "办公", "公桌", "a3"}
    assert sought_in("办公桌 A3") == {"办公", "公桌", "a3"}
    assert sought_in("桌") == {"桌"}
    assert sought_in("%_- ") == set()
