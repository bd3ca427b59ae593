"""The facts of a transfer: asked for, decided, withdrawn, received."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.storage import UnitOfWork
from chassis.wire import to_message
from guanjia.warehouse.v1 import events_pb2
from warehouse.transfers.lines import LineState, TransferLine
from warehouse.transfers.model import Transfer


def publish_request(uow: UnitOfWork, transfer: Transfer) -> None:
    _publish(uow, events_pb2.TransferRequested, transfer, item_ids=_ids(transfer.lines))


def publish_decision(uow: UnitOfWork, transfer: Transfer) -> None:
    _publish(
        uow,
        events_pb2.TransferDecided,
        transfer,
        item_ids=_ids(_in(transfer, LineState.RESERVED)),
        missed_item_ids=_ids(_in(transfer, LineState.MISSED)),
    )


def publish_withdrawal(uow: UnitOfWork, transfer: Transfer, freed: Iterable[TransferLine]) -> None:
    _publish(uow, events_pb2.TransferWithdrawn, transfer, item_ids=_ids(freed))


def publish_receipt(
    uow: UnitOfWork,
    transfer: Transfer,
    received: Iterable[TransferLine],
    refused: Iterable[TransferLine],
) -> None:
    _publish(
        uow,
        events_pb2.TransferReceived,
        transfer,
        item_ids=_ids(received),
        refused_item_ids=_ids(refused),
    )


def _publish(uow: UnitOfWork, kind: type, transfer: Transfer, **given: object) -> None:
    about = {"transfer_id": transfer.id, "transfer_code": transfer.code}
    uow.publish(to_message(kind, transfer, **about, **given), of=transfer)


def _in(transfer: Transfer, state: LineState) -> list[TransferLine]:
    return [each for each in transfer.lines if each.state is state]


def _ids(lines: Iterable[TransferLine]) -> list[str]:
    return [each.item_id for each in lines]
