"""Contracts for tests of the chassis, compiled at run time from the text of a `.proto`.

`compiled` makes a module that only its test knows; `generate` a package that is found
beside ours once its folder is on the path of `guanjia`.
"""

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
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "made")
        _protoc(Path(folder), name, package, text, f"--descriptor_set_out={made}")
        proto = descriptor_pb2.FileDescriptorSet.FromString(made.read_bytes()).file[0]
    descriptor = descriptor_pool.Default().AddSerializedFile(proto.SerializeToString())
    module = ModuleType(package)
    module.DESCRIPTOR = descriptor  # type: ignore[attr-defined]
    for each in descriptor.message_types_by_name.values():
        setattr(module, each.name, message_factory.GetMessageClass(each))
    return module


def generate(folder: Path, service: str, text: str) -> None:
    """Writes the package `guanjia.<service>.v1` of the facts in `text` below `folder`."""
    package = folder / "guanjia" / service / "v1"
    package.mkdir(parents=True)
    name = f"guanjia/{service}/v1/events.proto"
    _protoc(folder, name, f"guanjia.{service}.v1", text, f"--python_out={folder}")
    for each in (package, package.parent):
        (each / "__init__.py").touch()


def _protoc(folder: Path, name: str, package: str, text: str, out: str) -> None:
    """Compiles the file `name` in `folder`, made of `text` below the head every contract has."""
    head = (
        f'syntax = "proto3"; package {package};'
        f'import "{timestamp_pb2.DESCRIPTOR.name}"; import "{policy_pb2.DESCRIPTOR.name}";'
    )
    (folder / name).write_text(f"{head}\n{text}")
    google = files("grpc_tools") / "_proto"
    includes = [f"-I{each}" for each in (folder, ROOT / "proto", google)]
    assert not protoc.main(["protoc", *includes, out, name]), text
