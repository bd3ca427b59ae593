"""How a unit asks for items: by a transfer of its own, or by what it takes of what was offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.approvals.consent import ask
from chassis.storage import UnitOfWork
from warehouse.items.model import Item
from warehouse.transfers import facts, flow
from warehouse.transfers.model import Transfer, TransferState

KIND = "warehouse.transfer"


def draft(
    uow: UnitOfWork,
    unit: Mapping[str, str],
    items: Sequence[Item],
    *,
    reason: str,
    to_place: str,
    need: Mapping[str, Any] | None = None,
) -> Transfer:
    """A draft of a unit (`region_code`, `unit_id`, `unit_name`) for these items."""
    created = Transfer(
        code=uow.next_numbers("DB")[0],
        state=TransferState.DRAFT,
        requested_by=uow.principal.subject,
        corrected_by="",
        **unit,
    )
    created.says(reason, to_place, need or {}, items)
    uow.add(created)
    return created


def submit(uow: UnitOfWork, transfer: Transfer) -> None:
    """Asks for consent to a draft; nothing is reserved yet."""
    transfer.submit(uow.principal.subject)
    flow.still_there(uow, transfer)
    amount_fen = sum(each.value_fen for each in transfer.lines)
    asked = ask(uow, KIND, transfer, title=transfer.reason, amount_fen=amount_fen)
    transfer.approval_id = asked.id
    uow.flush()
    facts.publish_request(uow, transfer)
