"""What the calls carry, and how large it is.

The baselines carry as many bytes as ours do.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.message import Message

from chassis.envelope import pack
from guanjia.asset.v1 import asset_pb2
from guanjia.housing.v1 import events_pb2
from guanjia.housing.v1 import properties_pb2 as pb

PROPERTIES = 256
"""Several times what is in flight, so that commands seldom meet at one property."""


def a_property(number: int) -> pb.Property:
    """A property such as an office registers."""
    return pb.Property(
        code=f"BENCH-{uuid.uuid4().hex[:12].upper()}",
        name=f"市民中心{number}号办公楼",
        kind=pb.PROPERTY_KIND_OFFICE,
        address=f"示范市中心区人民路{number}号",
        region_code="990101",
        floors=12,
        floor_area_m2=1_000,
        usable_area_m2=800,
        book_value_fen=1_234_567_800,
        use_state=pb.USE_STATE_IN_USE,
        account_state=pb.ACCOUNT_STATE_BOOKED,
        title_state=pb.TITLE_STATE_REGISTERED,
        title_number=f"示房权证第{number:08}号",
        unit_name="示范市机关事务管理局",
        built_year=1998,
    )


@dataclass(frozen=True)
class Sizes:
    """Bytes of a read's request and reply, and of what a command stores."""

    request: int
    reply: int
    envelope: int
    changes: int


def fact_bytes() -> int:
    """Bytes of the envelope in which housing tells the warehouse of one released asset."""
    id, now = str(uuid.uuid4()), datetime.now(UTC)
    fact = events_pb2.DisposalApproved(
        document_id=id,
        document_code="CZ-2026-000001",
        assets=[
            asset_pb2.ReleasedAsset(
                line_id=id,
                asset=asset_pb2.Asset(
                    asset_code="B0123456789ABCDEF-0001",
                    name="办公桌",
                    class_code="A05010201",
                    acquired_on="2019-03-01",
                    original_value_fen=150_000,
                    condition=asset_pb2.CONDITION_GOOD,
                ),
            )
        ],
        approved_by="dev:approver",
        region_code="990100",
    )
    fact.approved_at.FromDatetime(now)
    return len(_packed(fact, id, now).encode())


def sizes() -> Sizes:
    id, now = str(uuid.uuid4()), datetime.now(UTC)
    stored = a_property(1)
    stored.MergeFrom(pb.Property(id=id, etag="2"))
    stored.created_at.FromDatetime(now)
    stored.updated_at.FromDatetime(now)
    fact = events_pb2.PropertyChanged(
        property_id=id,
        code=stored.code,
        region_code=stored.region_code,
        floor_area_m2=stored.floor_area_m2,
        usable_area_m2=stored.usable_area_m2,
        use_state=stored.use_state,
    )
    envelope = _packed(fact, id, now)
    changes = [
        {
            "object": f"properties/{id}",
            "before": {"floor_area_m2": "1000.00"},
            "after": {"floor_area_m2": "1000.01"},
        }
    ]
    return Sizes(
        request=pb.GetPropertyRequest(property_id=id).ByteSize(),
        reply=stored.ByteSize(),
        envelope=len(envelope.encode()),
        changes=len(json.dumps(changes, separators=(",", ":"))),
    )


def _packed(fact: Message, id: str, now: datetime) -> str:
    return pack(
        fact,
        id=id,
        region_code="990100",
        subject=id,
        aggregate_version=2,
        time=now,
        traceparent=f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01",
    )
