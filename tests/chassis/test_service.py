"""Contract and code must agree, or the start is refused with all that disagrees."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from chassis.contract import ContractMismatch
from chassis.service import Service
from tests.chassis.probe import probe_service
from tests.chassis.probe.contract import pb

COUNT = "@command()\ndef count(uow, request): ...\n"
RENAME = "@command()\ndef rename(uow, request): ...\n"
GET = "@query()\ndef get_counter(reader, request): ...\n"
LIST = "@query()\ndef list_counters(reader, request): ...\n"

Noun = Callable[..., ModuleType]


def refusal(*nouns: ModuleType) -> list[str]:
    with pytest.raises(ContractMismatch) as refused:
        Service(name="probe", contract=pb, nouns=nouns)
    head, *told = str(refused.value).splitlines()
    assert head == "probe: contract and code disagree:"
    return sorted(line.strip() for line in told)


def test_a_service_knows_its_calls_facts_reactions_and_queues() -> None:
    service = probe_service()
    assert set(service.use_cases) == set(service.methods)
    reaction = service.reactions["on_counted"]
    assert service.rpc_queue == "rpc-probe"
    assert service.parking_queue == "probe.parked"
    assert service.consumer_of(reaction) == "probe.on_counted"
    [fact] = reaction.facts
    assert fact is service.facts["counted"]
    assert service.queue_of(reaction, fact) == "evt-probe-counted--probe.on_counted"


def test_all_that_disagrees_is_told_at_once(noun: Noun) -> None:
    nouns = (
        noun("n1", usecases=COUNT + GET.replace("query", "command")),
        noun("n2", usecases=COUNT + "@query()\ndef get_weather(reader, request): ...\n"),
        noun("n3", reactions="@reaction(pb.Counter)\ndef on_counter(uow, fact): ...\n"),
    )
    assert refusal(*nouns) == [
        "/guanjia.probe.v1.ProbeService/GetCounter is a query, but get_counter() is not",
        "/guanjia.probe.v1.ProbeService/ListCounters has no use case list_counters()",
        "/guanjia.probe.v1.ProbeService/Rename has no use case rename()",
        "count is written twice",
        "get_weather() answers no method of the contract",
        "on_counter(): guanjia.probe.v1.Counter is neither a fact nor the shape of one",
    ]


def test_a_command_written_as_a_query_is_refused(noun: Noun) -> None:
    written = noun("n4", usecases=COUNT.replace("command", "query") + RENAME + GET + LIST)
    assert refusal(written) == [
        "/guanjia.probe.v1.ProbeService/Count is a command, but count() is not"
    ]


def test_a_contract_of_another_service_is_refused(noun: Noun) -> None:
    written = noun("n5", usecases=COUNT + RENAME + GET + LIST)
    with pytest.raises(ContractMismatch, match=r"ProbeService/Count belongs to probe"):
        Service(name="housing", contract=pb, nouns=(written,))


def test_a_use_case_that_a_reaction_imports_counts_once(noun: Noun) -> None:
    reactions = "from n6.usecases import count\n"
    written = noun("n6", usecases=COUNT + RENAME + GET + LIST, reactions=reactions)
    found = Service(name="probe", contract=pb, nouns=(written,)).reactions.values()
    assert {each.function.__module__ for each in found} == {"chassis.copies.reactions"}


def test_a_reaction_to_its_own_name_twice_is_refused(noun: Noun) -> None:
    one = "@reaction(pb.Counted)\ndef on_counted(uow, fact): ...\n"
    first = noun("n7", usecases=COUNT + RENAME + GET + LIST, reactions=one)
    assert refusal(first, noun("n8", reactions=one)) == ["on_counted is written twice"]


def test_a_noun_whose_code_does_not_import_says_why(noun: Noun) -> None:
    """A typo in a use case must not look like a noun without use cases."""
    broken = noun("n9", usecases="from chassis.nowhere import nothing\n")
    with pytest.raises(ModuleNotFoundError, match=r"chassis\.nowhere"):
        Service(name="probe", contract=pb, nouns=(broken,))
