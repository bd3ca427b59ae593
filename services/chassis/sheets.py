"""Ledgers that come as spreadsheets: rows checked one by one, the good ones taken.

A noun says once what its rows are,

    SHEET = Sheet(pb.LeaseRow, LeaseRowSchema())

and in `importing.py` what comes of them,

    class Importing(sheets.Importing):
        sheet = SHEET

        def __init__(self, uow, batch):
            super().__init__(uow, batch)
            self._known = ...  # what the columns of the batch name: once, not row by row

        def take(self, row):
            ...  # _create, _recognise or _refuse: each row comes to one of the three

so that its use case is `return Importing.of(uow, request.rows)`. What is on the ledger already
with the same content counts as unchanged; with other content the row is refused, never
overwritten.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from marshmallow import EXCLUDE, ValidationError

from chassis.contract import ContractMismatch, heading_of
from chassis.days import day_of
from chassis.errors import InvalidInput, Violation
from chassis.headings import heading_key
from chassis.schemas import RequestSchema, violations_in
from chassis.storage import UnitOfWork

IN_FUTURE = ("IN_FUTURE", "不得晚于今日", "not later than today")
"""Why a row is refused that says of a day to come what was or is."""

MAX_ROWS = 500
_MOST_SHOWN = 200


class RowSchema(RequestSchema):
    """The rules of one row: a field for each column, which gets the text of the cell.

    An empty cell of a column that need not be filled counts as absent (`load_default`).
    """

    class Meta:
        unknown = EXCLUDE


@dataclass(frozen=True)
class Row:
    """A row whose cells are in order: its number in the sheet, and its values."""

    number: int
    values: dict[str, Any]


class Sheet:
    """The columns of a ledger: the fields of the message that the contract names."""

    def __init__(self, row: type[Message], schema: RowSchema) -> None:
        descriptor = cast(Descriptor, row.DESCRIPTOR)  # the type stubs know two of that name
        fields = {field.name: heading_of(field) for field in descriptor.fields}
        if fields.keys() != schema.fields.keys():
            differing = sorted(fields.keys() ^ schema.fields.keys())
            raise ContractMismatch(f"{descriptor.full_name} and its rules differ: {differing}")
        self.headings = fields
        self._schema = schema
        self._names = {heading_key(heading): name for name, heading in fields.items()}

    def take(self, rows: Sequence[Mapping[str, Any]]) -> Batch:
        """Reads the rows of a request (plain values of guanjia.sheet.v1.SheetRow)."""
        if len(rows) > MAX_ROWS:
            raise InvalidInput.field(
                "rows", "TOO_MANY", f"每次最多 {MAX_ROWS} 行", f"at most {MAX_ROWS} rows a call"
            )
        batch = Batch(self, len(rows))
        for each in rows:
            number, cells = each["row"], self._cells(each["cells"])
            try:
                batch.rows.append(Row(number, self._schema.load(self._filled(cells))))
            except ValidationError as error:
                for wrong in violations_in(error.messages):
                    batch.note(number, wrong, cells.get(wrong.field, ""))
        return batch

    def _cells(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Field → text of the cell, however the headings are written."""
        named = ((self._names.get(heading_key(heading)), text) for heading, text in cells.items())
        return {name: text for name, text in named if name}

    def _filled(self, cells: Mapping[str, str]) -> dict[str, str]:
        required = (name for name, field in self._schema.fields.items() if field.required)
        needed = set(required)
        return {name: text for name, text in cells.items() if name in needed or text.strip()}


class Batch:
    """The rows of one call, and what becomes of them."""

    def __init__(self, sheet: Sheet, given: int) -> None:
        self.rows: list[Row] = []
        self.created = 0
        self.unchanged = 0
        self._sheet = sheet
        self._given = given
        self._problems: list[dict[str, Any]] = []

    def column(self, name: str) -> list[Any]:
        """What stands in a column, without the empty cells."""
        return [value for row in self.rows if (value := row.values[name])]

    def refuse(self, row: Row, field: str, reason: str, zh: str, en: str) -> None:
        self.note(row.number, Violation(field, reason, zh, en), str(row.values.get(field, "")))

    def note(self, number: int, wrong: Violation, value: str) -> None:
        heading = self._sheet.headings.get(wrong.field, wrong.field)
        self._problems.append(
            {
                "row": number,
                "field": wrong.field,
                "heading": heading,
                "value": value[:_MOST_SHOWN],
                "reason": wrong.reason,
                "message_zh": f"第 {number} 行“{heading}”：{wrong.zh}",
                "message_en": f"row {number}, {wrong.field}: {wrong.en}",
            }
        )

    def told(self) -> dict[str, Any]:
        """The plain values of an ImportResponse."""
        return {
            "created": self.created,
            "unchanged": self.unchanged,
            "refused": self._given - self.created - self.unchanged,
            "problems": sorted(self._problems, key=lambda each: int(each["row"])),
        }

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


class Importing(ABC):
    """One call of an import: its rows, one after the other, against what is known.

    What is known is looked up in `__init__`, and held there where it must stay as it is.
    """

    sheet: ClassVar[Sheet]

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        self._uow = uow
        self._batch = batch
        self._today = day_of(uow.now)
        self._new: list[Any] = []

    @classmethod
    def of(cls, uow: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The whole call: the rows of the request in, the values of an ImportResponse out."""
        batch = cls.sheet.take(rows)
        importing = cls(uow, batch)
        for row in batch:
            importing.take(row)
        importing.finish()
        return batch.told()

    @abstractmethod
    def take(self, row: Row) -> None:
        """Creates something of a row, or recognises or refuses it."""

    def finish(self) -> None:
        """What all rows together lead to: what they created is added, in their order."""
        self._uow.add(*self._new)
        self._uow.flush()

    def _create(self, *made: Any) -> None:
        """All that comes of one row."""
        self._new += made
        self._batch.created += 1

    def _recognise(
        self, row: Row, is_same: bool, field: str, reason: str, zh: str, en: str
    ) -> None:
        """A row of what is known already: unchanged, or refused where it says anything else."""
        if is_same:
            self._batch.unchanged += 1
        else:
            self._refuse(row, field, reason, zh, en)

    def _refuse(self, row: Row, field: str, reason: str, zh: str, en: str) -> None:
        self._batch.refuse(row, field, reason, zh, en)

    def _number(self, series: str) -> None:
        """Gives what is new its codes, one transaction after another."""
        codes = self._uow.next_numbers(series, len(self._new)) if self._new else []
        for code, each in zip(codes, self._new, strict=True):
            each.code = code
