"""What every contract of ours keeps, whatever service it belongs to."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, FileDescriptor

import guanjia
from chassis.contract import MAX_DEADLINE_MS, facts_of, methods_of, service_of
from chassis.shapes import require_shape
from guanjia.policy.v1 import policy_pb2

ROOT = Path(__file__).parent.parent.parent
MODULES = [
    importlib.import_module(each.name)
    for each in pkgutil.walk_packages(guanjia.__path__, "guanjia.")
    if each.name.endswith("_pb2") and each.name != policy_pb2.__name__
]
CALLS = [module for module in MODULES if module.DESCRIPTOR.services_by_name]
EVENTS = [module for module in MODULES if module.__name__.endswith(".events_pb2")]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FILES: list[FileDescriptor] = [module.DESCRIPTOR for module in MODULES]


def messages() -> Iterator[Descriptor]:
    """Resources, requests and replies; not facts, which only machines read."""
    for file in FILES:
        for message in file.message_types_by_name.values():
            if not message.GetOptions().HasExtension(policy_pb2.fact):
                yield message


def enums() -> Iterator[EnumDescriptor]:
    for file in FILES:
        yield from file.enum_types_by_name.values()


def rules() -> Iterator[tuple[str, str, Descriptor]]:
    """Verb, path and request of every http rule."""
    for module in CALLS:
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                rule = method.GetOptions().Extensions[annotations_pb2.http]
                for each in (rule, *rule.additional_bindings):
                    verb = each.WhichOneof("pattern")
                    yield str(verb), getattr(each, verb), method.input_type


@pytest.mark.parametrize("message", list(messages()), ids=lambda message: message.full_name)
def test_every_field_has_a_chinese_label_of_its_own(message: Descriptor) -> None:
    labels = {
        field.name: field.GetOptions().Extensions[policy_pb2.label] for field in message.fields
    }
    assert [name for name, label in labels.items() if not CHINESE.search(label)] == []
    assert [label for label, times in Counter(labels.values()).items() if times > 1] == []


@pytest.mark.parametrize("enum", list(enums()), ids=lambda enum: enum.full_name)
def test_every_value_has_a_chinese_label_of_its_own(enum: EnumDescriptor) -> None:
    labels = {
        value.name: value.GetOptions().Extensions[policy_pb2.value_label]
        for value in enum.values
        if value.number
    }
    assert [name for name, label in labels.items() if not CHINESE.search(label)] == []
    assert len(set(labels.values())) == len(labels)


def test_every_fact_has_a_chinese_label_and_every_event_is_a_fact() -> None:
    for module in EVENTS:
        service = service_of(module.DESCRIPTOR.package)
        facts = facts_of(module)
        declared = {message.name for message in module.DESCRIPTOR.message_types_by_name.values()}
        assert {fact.name for fact in facts.values()} == declared, service
        assert all(CHINESE.search(fact.label) for fact in facts.values()), service
        assert {fact.service for fact in facts.values()} == {service}


def test_every_fact_has_the_shape_it_names() -> None:
    for module in EVENTS:
        for fact in facts_of(module).values():
            require_shape(fact)


def test_no_two_calls_share_a_verb_and_a_path() -> None:
    shapes = Counter((verb, re.sub(r"\{[^}]*\}", "{}", path)) for verb, path, _ in rules())
    assert [shape for shape, times in shapes.items() if times > 1] == []


def test_every_call_has_a_path_whose_variables_are_text_of_its_request() -> None:
    for verb, path, request in rules():
        assert path.startswith("/v1/"), (verb, path)
        for name in re.findall(r"\{(\w+)", path):
            assert request.fields_by_name[name].type == FieldDescriptor.TYPE_STRING, path


def test_every_call_is_reachable_over_http() -> None:
    calls = sum(len(methods_of(module)) for module in CALLS)
    assert len(list(rules())) == calls


def test_a_query_is_a_get_and_a_command_is_not() -> None:
    for module in CALLS:
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                rule = method.GetOptions().Extensions[annotations_pb2.http]
                policy = method.GetOptions().Extensions[policy_pb2.method]
                is_query = policy.kind == policy_pb2.METHOD_KIND_QUERY
                assert (rule.WhichOneof("pattern") == "get") == is_query, method.full_name
                assert policy.deadline_ms <= MAX_DEADLINE_MS, method.full_name


def test_no_field_of_a_request_hides_behind_a_method_of_dict() -> None:
    """Use cases read `request.name`; a field called `items` would be a method there."""
    hidden = [
        f"{message.full_name}.{field.name}"
        for module in CALLS
        for method in methods_of(module).values()
        for message in [method.request.DESCRIPTOR]
        for field in message.fields
        if hasattr(dict, field.name) or field.name == "present"
    ]
    assert hidden == []


@pytest.mark.parametrize("message", list(messages()), ids=lambda message: message.full_name)
def test_names_tell_what_is_meant(message: Descriptor) -> None:
    """Money is whole fen, an instant ends in _at, an amount of anything names its unit."""
    for field in message.fields:
        if field.name.endswith("_fen"):
            assert field.type == FieldDescriptor.TYPE_INT64, field.full_name
        if field.message_type and field.message_type.full_name == "google.protobuf.Timestamp":
            assert field.name.endswith("_at"), field.full_name
        if field.type == FieldDescriptor.TYPE_DOUBLE:
            assert re.search(r"_(m2|kwh|kg|km|ratio)$", field.name), field.full_name


def test_a_resource_that_changes_carries_an_etag_and_so_do_commands_on_it() -> None:
    for module in CALLS:
        for method in methods_of(module).values():
            fields = method.request.DESCRIPTOR.fields_by_name
            target = f"{method.response.DESCRIPTOR.name.lower()}_id"
            if method.is_command and target in fields:
                assert "etag" in fields, method.path
                assert "etag" in method.response.DESCRIPTOR.fields_by_name, method.path


def test_generated_code_is_in_step_with_the_contracts() -> None:
    generate = [sys.executable, str(ROOT / "proto" / "generate.py"), "--check"]
    done = subprocess.run(generate, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
