"""A document as a service drew it: the file that the reply is."""

from __future__ import annotations

from pathlib import Path

from google.protobuf.descriptor import Descriptor

from cli.exports.writing import whole
from guanjia.document.v1 import document_pb2 as pb


def is_document(reply: Descriptor) -> bool:
    return reply.full_name == pb.Document.DESCRIPTOR.full_name


def write_document(path: Path, document: pb.Document) -> None:
    """Under the name the caller wants, whatever the service calls it."""
    with whole(path) as draft:
        draft.write_bytes(document.content)


def other_ending(path: Path, document: pb.Document) -> str:
    """The ending the content has by right, where the file is named otherwise."""
    ending = Path(document.file_name).suffix.lower()
    return ending if ending != path.suffix.lower() else ""
