"""Contracts for tests of the chassis, compiled at run time from the text of a `.proto`."""

from __future__ import annotations

import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import ModuleType

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from grpc_tools import protoc  # type: ignore[import-untyped]

from guanjia.policy.v1 import policy_pb2

ROOT = Path(__file__).parent.parent


@cache
def compiled(package: str, text: str) -> ModuleType:
    """The generated module of `package`, which `text` describes but for its head."""
    name = f"{package.replace('.', '_')}.proto"
    head = (
        f'syntax = "proto3"; package {package};'
        f'import "{timestamp_pb2.DESCRIPTOR.name}"; import "{policy_pb2.DESCRIPTOR.name}";'
    )
    proto = _descriptor(name, f"{head}\n{text}")
    descriptor = descriptor_pool.Default().AddSerializedFile(proto.SerializeToString())
    module = ModuleType(package)
    module.DESCRIPTOR = descriptor  # type: ignore[attr-defined]
    for each in descriptor.message_types_by_name.values():
        setattr(module, each.name, message_factory.GetMessageClass(each))
    return module


def _descriptor(name: str, text: str) -> descriptor_pb2.FileDescriptorProto:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_text(text)
        made = Path(folder, "made")
        google = files("grpc_tools") / "_proto"
        failed = protoc.main(
            [
                "protoc",
                *(f"-I{each}" for each in (folder, ROOT / "proto", google)),
                f"--descriptor_set_out={made}",
                name,
            ]
        )
        assert not failed, text
        return descriptor_pb2.FileDescriptorSet.FromString(made.read_bytes()).file[0]
