"""A call or a fact as one transaction that happens once."""

from __future__ import annotations

import pytest

from chassis.application import CallContext
from chassis.errors import AlreadyExists, InvalidInput, NotFound, Unimplemented
from chassis.principal import developer
from chassis.storage import UnitOfWork
from chassis.wire import Values
from tests.chassis.probe import Probe
from tests.chassis.probe.contract import pb
from tests.together import together

LONGEST = "r" * 100


def test_r12_the_same_command_again_has_one_effect_and_the_same_reply(probe: Probe) -> None:
    first = probe.call("count", name="a", by=1, request_id="one")
    probe.call("count", name="a", by=1, request_id="two")
    again = probe.call("count", name="a", by=1, request_id="one")
    assert again == first
    assert probe.total() == 2
    assert len(probe.facts()) == probe.count("audit") == probe.count("replies") == 2


@pytest.mark.parametrize("other", [("count", {"name": "a", "by": 2}), ("rename", {"name": "a"})])
def test_r12_a_request_id_serves_one_request(
    probe: Probe, other: tuple[str, dict[str, str]]
) -> None:
    created = probe.call("count", name="a", by=1, request_id="one")
    key, fields = other
    target = {"id": created.id} if key == "rename" else {}
    with pytest.raises(AlreadyExists) as refused:
        probe.call(key, request_id="one", **fields, **target)
    assert refused.value.reason == "REQUEST_ID_REUSED"
    assert refused.value.violations[0].field == "request_id"
    assert probe.total() == 1


def test_r12_a_request_id_serves_one_call_though_another_has_the_same_bytes(probe: Probe) -> None:
    created = probe.call("count", name="a", by=1)
    same = created.id  # the second field of both requests
    assert pb.CountRequest(name=same).SerializeToString() == (
        pb.RenameRequest(id=same).SerializeToString()
    )
    probe.call("count", name=same, request_id="one")
    with pytest.raises(AlreadyExists) as refused:
        probe.call("rename", id=same, request_id="one")
    assert refused.value.reason == "REQUEST_ID_REUSED"


def test_r12_request_ids_of_two_callers_are_two(probe: Probe) -> None:
    probe.call("count", name="a", by=1, request_id="one", user="zhang")
    probe.call("count", name="a", by=1, request_id="one", user="li")
    assert probe.total() == 2


def test_r12_eight_at_once_have_one_effect_and_one_reply(probe: Probe) -> None:
    replies = together(*[lambda: probe.call("count", name="a", by=1, request_id="one")] * 8)
    assert isinstance(replies[0], pb.Counter)
    assert replies == [replies[0]] * 8
    assert probe.total() == 1
    assert len(probe.facts()) == probe.count("audit") == 1


def test_r12_a_refused_command_may_be_sent_again_under_its_id(probe: Probe) -> None:
    with pytest.raises(InvalidInput):
        probe.call("count", name="", by=1, request_id="one")
    assert probe.call("count", name="a", by=1, request_id="one").count == 1


@pytest.mark.parametrize("request_id", ["", LONGEST + "r"])
def test_r12_a_command_without_a_request_id_is_refused(probe: Probe, request_id: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        probe.call("count", name="a", by=1, request_id=request_id)
    [violation] = refused.value.violations
    assert (violation.field, violation.reason) == ("request_id", "REQUIRED")
    assert probe.call("count", name="a", by=1, request_id=LONGEST).count == 1


def test_r5_a_fact_delivered_five_times_has_one_effect(probe: Probe) -> None:
    fact = pb.Counted(name="a", by=3)
    outcomes = [probe.react("on_counted", fact, id="m-1") for _ in range(5)]
    assert outcomes == [True, False, False, False, False]
    assert probe.total() == 3
    assert probe.count("inbox") == probe.count("audit") == len(probe.facts()) == 1


def test_r5_a_fact_delivered_four_times_at_once_has_one_effect(probe: Probe) -> None:
    fact = pb.Counted(name="a", by=3)
    outcomes = together(*[lambda: probe.react("on_counted", fact, id="m-1")] * 4)
    assert sorted(outcomes, key=str) == [False, False, False, True]
    assert probe.total() == 3
    assert probe.count("inbox") == len(probe.facts()) == 1


def test_r5_a_fact_whose_reaction_failed_is_not_seen(probe: Probe) -> None:
    def fail(uow: UnitOfWork, fact: object) -> None:
        raise NotFound.object("name", "a")

    whole = probe.app.service.reactions["on_counted"].function
    probe.use_reaction(fail)
    with pytest.raises(NotFound):
        probe.react("on_counted", pb.Counted(name="a", by=3), id="m-1")
    assert probe.count("inbox") == probe.count("audit") == 0
    probe.use_reaction(whole)
    assert probe.react("on_counted", pb.Counted(name="a", by=3), id="m-1")


def test_an_unexpected_error_leaves_nothing_and_is_not_hidden(probe: Probe) -> None:
    def break_down(uow: UnitOfWork, request: Values) -> object:
        uow.next_numbers("A")
        raise ZeroDivisionError

    probe.use(break_down)
    with pytest.raises(ZeroDivisionError):
        probe.call("count")
    assert [probe.count(table) for table in ("replies", "audit", "numbers")] == [0, 0, 0]


def test_a_reply_that_does_not_fit_the_contract_leaves_nothing(probe: Probe) -> None:
    def answer_wrongly(uow: UnitOfWork, request: Values) -> dict[str, str]:
        uow.next_numbers("A")
        return {"count": "many"}

    probe.use(answer_wrongly)
    with pytest.raises(ValueError, match="many"):
        probe.call("count")
    assert probe.count("numbers") == 0


def test_an_unknown_call_is_refused(probe: Probe) -> None:
    with pytest.raises(Unimplemented) as refused:
        probe.app.call("count_backwards", pb.CountRequest(), CallContext(developer("zhang")))
    assert refused.value.reason == "UNKNOWN_METHOD"


def test_a_refusal_names_the_field_in_the_words_of_the_contract(probe: Probe) -> None:
    with pytest.raises(InvalidInput) as refused:
        probe.call("count", name=" ")
    assert (refused.value.zh, refused.value.en) == ("名称：必填", "name: required")


def test_the_relay_is_woken_by_a_commit_with_facts_and_by_no_other(probe: Probe) -> None:
    woken: list[int] = []
    probe.app.on_commit = lambda: woken.append(probe.count("outbox"))
    created = probe.call("count", name="a", by=1)
    probe.call("rename", id=created.id, name="b")
    with pytest.raises(InvalidInput):
        probe.call("count", name="", by=1)
    assert woken == [1]


def test_a_query_writes_nothing(probe: Probe) -> None:
    created = probe.call("count", name="a", by=1)
    before = [probe.count(table) for table in ("audit", "replies", "outbox", "inbox")]
    assert probe.call("get_counter", id=created.id) == created
    assert [probe.count(table) for table in ("audit", "replies", "outbox", "inbox")] == before
