"""The life of cards: movements, words, tags, reach, and cards that are in no store."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.days import day_of
from chassis.migrate import add_columns, drop_columns
from chassis.regions import region_prefix
from chassis.storage.columns import Instant, new_id
from warehouse.items.words import words_of

revision = "w0003"
down_revision = "w0002"
branch_labels = None

_STANDING = ("state", "store_id", "place", "unit_id", "owner_name")
_AT_ONCE = 1_000


def upgrade() -> None:
    add_columns(
        "items",
        sa.Column("tag", sa.String(64), nullable=False, server_default=""),
        sa.Column("reach", sa.String(12), nullable=False, server_default=""),
        sa.Column("stay", sa.Integer, nullable=False, server_default="1"),
    )
    _store_may_be_null(True)
    _sort_classes("C")
    op.drop_index("ix_items_unit_id", "items")
    op.create_index("ix_items_unit_id_code", "items", ["unit_id", "code"])
    op.create_index("ix_items_asset_code", "items", ["asset_code"])
    op.create_index("ix_items_class_code_code", "items", ["class_code", "code"])
    op.create_index("ix_items_state_class_code_code", "items", ["state", "class_code", "code"])
    op.create_index("ix_items_store_id_place_code", "items", ["store_id", "place", "code"])
    tagged = sa.text("tag <> ''")
    op.create_index(
        "uq_items_tag",
        "items",
        ["tag"],
        unique=True,
        postgresql_where=tagged,
        sqlite_where=tagged,
    )
    movements = _movements()
    words = op.create_table(
        "item_words",
        sa.Column("word", sa.String(40), primary_key=True),
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column(
            "item_id",
            sa.String(36),
            sa.ForeignKey("items.id", name="fk_item_words_item_id"),
            nullable=False,
        ),
    )
    op.create_index("ix_item_words_item_id", "item_words", ["item_id"])
    _bring_in_what_is_there(movements, words)


def downgrade() -> None:
    op.drop_table("item_words")
    op.drop_table("movements")
    op.drop_index("uq_items_tag", "items")
    op.drop_index("ix_items_store_id_place_code", "items")
    op.drop_index("ix_items_state_class_code_code", "items")
    op.drop_index("ix_items_class_code_code", "items")
    op.drop_index("ix_items_asset_code", "items")
    op.drop_index("ix_items_unit_id_code", "items")
    op.create_index("ix_items_unit_id", "items", ["unit_id"])
    op.execute("UPDATE items SET store_id = (SELECT min(id) FROM stores) WHERE store_id IS NULL")
    _store_may_be_null(False)
    _sort_classes("default")
    drop_columns("items", "tag", "reach", "stay")


def _store_may_be_null(is_so: bool) -> None:
    with op.batch_alter_table("items") as batch:
        batch.alter_column("store_id", existing_type=sa.String(36), nullable=is_so)


def _sort_classes(collation: str) -> None:
    """Classes are sought by how their codes begin, whatever the locale of the database."""
    if op.get_bind().dialect.name == "postgresql":
        told = f'ALTER TABLE items ALTER COLUMN class_code TYPE varchar(20) COLLATE "{collation}"'
        op.execute(told)


def _movements() -> sa.Table:
    table = op.create_table(
        "movements",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "item_id",
            sa.String(36),
            sa.ForeignKey("items.id", name="fk_movements_item_id"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(40), nullable=False),
        *_stood("from", begins=True),
        *_stood("to", begins=False),
        sa.Column("value_fen", sa.BigInteger, nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("document_code", sa.String(64), nullable=False),
        sa.Column("moved_on", sa.Date, nullable=False),
        sa.Column("moved_at", Instant, nullable=False),
        sa.Column("moved_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_movements_item_id_id", "movements", ["item_id", "id"])
    op.create_index("ix_movements_document_id", "movements", ["document_id"])
    for side in ("from", "to"):
        name = f"{side}_store_id"
        op.create_index(f"ix_movements_{name}_moved_on", "movements", [name, "moved_on"])
    return table


def _stood(side: str, *, begins: bool) -> list[sa.Column[Any]]:
    return [
        sa.Column(f"{side}_state", sa.String(40), nullable=begins),
        sa.Column(f"{side}_store_id", sa.String(36)),
        sa.Column(f"{side}_place", sa.String(100), nullable=False),
        sa.Column(f"{side}_unit_id", sa.String(36), nullable=False),
        sa.Column(f"{side}_owner_name", sa.String(200), nullable=False),
    ]


def _bring_in_what_is_there(movements: sa.Table, words: sa.Table) -> None:
    """Opening stock: each card there is begins with an entry, and is found by its words."""
    bind = op.get_bind()
    now = datetime.now(UTC)
    for cards in _cards(bind):
        bind.execute(sa.insert(movements), [_opening(each, now) for each in cards])
        found = [
            {"word": word, "code": each.code, "item_id": each.id}
            for each in cards
            for word in words_of(each.name)
        ]
        if found:
            bind.execute(sa.insert(words), found)
        for each in cards:
            reach = {"reach": region_prefix(each.store_region), "id": each.id}
            bind.execute(sa.text("UPDATE items SET reach = :reach WHERE id = :id"), reach)


def _cards(bind: Any) -> Iterator[list[Any]]:
    statement = sa.text(
        "SELECT i.*, s.region_code AS store_region FROM items i JOIN stores s ON s.id = i.store_id "
        "WHERE i.code > :last ORDER BY i.code LIMIT :most"
    )
    last = ""
    while cards := bind.execute(statement, {"last": last, "most": _AT_ONCE}).all():
        yield cards
        last = cards[-1].code


def _opening(card: Any, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "item_id": card.id,
        "kind": "opening",
        **{f"from_{name}": "" for name in _STANDING},
        "from_state": None,
        "from_store_id": None,
        **{f"to_{name}": getattr(card, name) for name in _STANDING},
        "value_fen": card.value_fen,
        "document_id": "",
        "document_code": "",
        "moved_on": day_of(now),
        "moved_at": now,
        "moved_by": "guanjia",
    }
