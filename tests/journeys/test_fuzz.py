"""Requests nobody in their right mind would send, through the gateway to running services."""

from __future__ import annotations

from collections import defaultdict

import grpc
import pytest

from chassis.testing.requests import Requests
from tests.processes import METHODS, Caller, Refusal

REQUESTS_A_METHOD = {"sqlite": range(10), "postgresql": range(10, 20)}
"""Others on each storage: what a service makes of them is asked on both by its conformance."""
_OURS = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)
pytestmark = pytest.mark.row("P08")


@pytest.mark.parametrize("package", sorted({each.partition(".")[0] for each in METHODS}))
def test_no_request_is_our_fault(caller: Caller, package: str, storage: str) -> None:
    """Requests are made from the descriptors; what calls answer is used in later ones."""
    known: dict[str, list[str]] = defaultdict(list)
    known["service"] = ["directory", "housing", "warehouse"]
    requests = Requests(f"fuzz {package} {storage}", known)
    for key, method in METHODS.items():
        if key.partition(".")[0] != package:
            continue
        for number in REQUESTS_A_METHOD[storage]:
            request = requests.request(method, number)
            try:
                answer = caller.send(method, request)
            except Refusal as refused:
                assert refused.code not in _OURS, (method.path, request, refused)
                assert refused.reason, (method.path, request, refused.code)
                continue
            for field, value in answer.ListFields():
                if field.type == field.TYPE_STRING and not field.is_repeated:
                    known[field.name].append(value)
                    if field.name == "id":
                        known[f"{key.rpartition('_')[2]}_id"].append(value)
