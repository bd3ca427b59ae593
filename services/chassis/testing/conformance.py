"""What every service of ours keeps, proven from its contract and its models alone.

    class TestHousing(Conformance):
        service = service

in `tests/<service>/test_conformance.py` is all a service writes. The fixtures
`storage_url` and `harness_of` come from `tests/conftest.py`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from random import Random
from typing import Any, ClassVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from chassis.application import CallContext
from chassis.contract import service_of, snake
from chassis.errors import DomainError
from chassis.migrate import migrate, revisions
from chassis.principal import developer
from chassis.service import Service
from chassis.storage import Belongs, Within
from chassis.storage.columns import Open
from chassis.storage.database import Database
from chassis.testing.refusals import must_be_told, told
from chassis.testing.requests import Requests
from chassis.testing.rows import fill
from chassis.testing.schema import metadata_of, row_counts, schema_of, state_of
from chassis.testing.strangers import foreign, somebody

REQUESTS_A_METHOD = 24
CALLER = CallContext(developer("conformance"))
TRANSPORTS = ("nameko", "eventlet", "kombu", "amqp", "grpc")


STRANGERS = 8
_ACCEPTED = text(
    "SELECT count(*) FROM audit WHERE principal = :caller AND result = 'OK' "
    "AND changes NOT LIKE '[{\"revealed\"%'"
)
_DOMAIN = ("rules", "model", "schemas", "usecases", "reactions", "queries")


class Conformance:
    """Inherit it, and say which service."""

    service: ClassVar[Service]
    computed: ClassVar[frozenset[str]] = frozenset()
    """Lists of what is computed from rows that must fit together; the service walks them itself."""

    # Contract and code

    def test_every_call_of_the_contract_has_a_use_case_of_its_kind(self) -> None:
        kinds = {key: method.is_command for key, method in self.service.methods.items()}
        assert {key: each.is_command for key, each in self.service.use_cases.items()} == kinds

    def test_every_permission_names_service_noun_and_act(self) -> None:
        for method in self.service.methods.values():
            package = service_of(method.request.DESCRIPTOR.file.package)
            form = rf"{package}\.[a-z_]+\.[a-z_]+"
            assert re.fullmatch(form, method.permission), method.path

    def test_every_command_carries_a_request_id(self) -> None:
        for method in self.service.methods.values():
            carries = "request_id" in method.request.DESCRIPTOR.fields_by_name
            assert carries == method.is_command, method.path

    def test_r9_it_reacts_to_facts_of_others_only(self) -> None:
        for reaction in self.service.reactions.values():
            publishers = {fact.service for fact in reaction.facts}
            assert self.service.name not in publishers, reaction.name

    def test_r30_its_domain_code_loads_no_transport(self) -> None:
        modules = [
            f"{noun.__name__}.{each.name}"
            for noun in self.service.nouns
            for each in iter_modules(noun.__path__)
        ]
        assert {each.rpartition(".")[2] for each in modules} & set(_DOMAIN)
        code = (
            f"import sys, {', '.join(modules)}\n"
            f"sys.exit(', '.join(each for each in {TRANSPORTS!r} if each in sys.modules) or 0)"
        )
        fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert fresh.returncode == 0, fresh.stderr

    def test_its_readme_says_what_an_operator_must_know(self) -> None:
        spec = find_spec(self.service.name)
        assert spec is not None
        assert spec.submodule_search_locations is not None
        text = Path(spec.submodule_search_locations[0], "README.md").read_text().lower()
        for section in ("owns", "publishes", "reacts to", "settings", "when it breaks"):
            assert section in text, section
        # What every service reacts to stands in one place, chassis/README.md.
        own = [
            each
            for each in self.service.reactions.values()
            if not each.function.__module__.startswith("chassis.")
        ]
        # Of a shape its own name: who publishes such facts it need not know.
        foreign = [snake(each.message.DESCRIPTOR.name) for each in own]
        for key in (*self.service.facts, *foreign):
            assert key in text, key

    # Schema

    def test_its_migrated_schema_is_what_its_models_say(self, storage_url: str) -> None:
        database = Database(storage_url)
        migrate(database, self.service)
        wanted = metadata_of(self.service)
        with database.reading() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, wanted) == []
        found = schema_of(database)
        for table in wanted.sorted_tables:
            partial = {name: bool(where) for name, _, _, where in found[table.name]["indexes"]}
            kind = database.engine.dialect.name
            assert partial == {
                str(each.name): each.dialect_options[kind]["where"] is not None
                for each in table.indexes
            }
        database.close()

    def test_its_migrations_go_up_and_down_one_by_one(self, storage_url: str) -> None:
        database = Database(storage_url)
        steps = revisions(database, self.service)
        before = state_of(database)
        for line, revision in steps:
            migrate(database, self.service, revision)
            after = state_of(database)
            assert after != before, revision
            migrate(database, self.service, f"{line}@-1")
            assert state_of(database) == before, revision
            migrate(database, self.service, revision)
            assert state_of(database) == after, revision
            before = after
        for line, _ in reversed(steps):
            migrate(database, self.service, f"{line}@-1")
        assert schema_of(database) == {}
        database.close()

    def test_its_migrations_go_down_to_nothing_and_up_again(self, storage_url: str) -> None:
        database = Database(storage_url)
        migrate(database, self.service)
        whole = schema_of(database)
        assert set(whole) == set(metadata_of(self.service).tables)
        migrate(database, self.service, "base")
        assert schema_of(database) == {}
        migrate(database, self.service)
        assert schema_of(database) == whole
        database.close()

    # Calls

    def test_an_empty_request_is_answered_or_refused_and_leaves_nothing(
        self, harness_of: Any
    ) -> None:
        harness = harness_of(self.service)
        before = row_counts(harness.database)
        for key, method in self.service.methods.items():
            requests = [method.request()]
            if method.is_command:
                requests.append(method.request(request_id=f"empty-{key}"))
            for request in requests:
                try:
                    harness.app.call(key, request, CALLER)
                    before = row_counts(harness.database)
                except DomainError as refused:
                    must_be_told(refused, method.path)
                    assert row_counts(harness.database) == before, method.path

    def test_no_request_however_strange_is_our_fault(self, harness_of: Any) -> None:
        harness = harness_of(self.service)
        requests = Requests(self.service.name, fill(harness.database, self.service))
        for key, method in self.service.methods.items():
            outcomes = set()
            for number in range(REQUESTS_A_METHOD):
                request = requests.request(method, number)
                try:
                    harness.app.call(key, request, CALLER)
                    outcomes.add("answered")
                except DomainError as refused:
                    must_be_told(refused, method.path)
                    outcomes.add(refused.reason)
            assert outcomes != {"answered"}, method.path
        with harness.database.reading() as connection:
            accepted = connection.execute(_ACCEPTED, {"caller": CALLER.principal.subject})
            audited = int(accepted.scalar_one())
        replies = row_counts(harness.database)["replies"]
        assert audited == replies, "one audit row for each accepted command (I6)"

    def test_its_figures_carry_its_name_and_every_one_can_be_measured(
        self, harness_of: Any
    ) -> None:
        harness = harness_of(self.service)
        fill(harness.database, self.service)
        there = harness.measured()
        for each in self.service.measures:
            assert each.name.startswith(f"guanjia_{self.service.name}_")
            assert each.zh and each.en
            assert there[each.name], each.name

    # Scope

    def test_s5_nobody_sees_a_foreign_row_in_any_reply_or_refusal(self, harness_of: Any) -> None:
        harness = harness_of(self.service)
        requests = Requests(self.service.name, fill(harness.database, self.service))
        random = Random(self.service.name)
        for number in range(STRANGERS):
            stranger = somebody(random)
            hidden = foreign(harness.database, self.service, stranger.scope, shared=False)
            ids = {id for rows in hidden.values() for id in rows}
            for key, method in self.service.methods.items():
                if method.is_command:
                    continue
                for request in (method.request(), requests.mild(method, number)):
                    said = told(harness.app, key, request, stranger)
                    given = str(request)
                    assert not [id for id in ids if id in said and id not in given], method.path

    def test_s5_nobody_changes_a_foreign_row_nor_tells_of_it_in_a_fact(
        self, harness_of: Any
    ) -> None:
        harness = harness_of(self.service)
        requests = Requests(self.service.name, fill(harness.database, self.service))
        random = Random(self.service.name)
        for number in range(STRANGERS):
            stranger = somebody(random)
            hidden = foreign(harness.database, self.service, stranger.scope, shared=False)
            before = foreign(harness.database, self.service, stranger.scope, shared=True)
            sent = row_counts(harness.database)["outbox"]
            asked = ""
            for key, method in self.service.methods.items():
                if method.is_command:
                    request = requests.mild(method, number)
                    asked += str(request)
                    told(harness.app, key, request, stranger)
            after = foreign(harness.database, self.service, stranger.scope, shared=True)
            for table, rows in before.items():
                # Entries of the trail are new ones, of acts that were refused.
                assert table == "audit" or after[table] == rows, table
            published = "".join(str(each) for each in harness.facts()[sent:])
            ids = {id for rows in hidden.values() for id in rows}
            assert not [id for id in ids if id in published and id not in asked]

    def test_s5_every_model_says_where_its_rows_belong(self) -> None:
        for kind in self.service.models:
            assert isinstance(kind.scoped, Belongs | Within | Open), kind

    def test_every_list_can_be_walked_page_by_page(self, harness_of: Any) -> None:
        harness = harness_of(self.service)
        fill(harness.database, self.service)
        for key, method in self.service.methods.items():
            if "page_token" not in method.request.DESCRIPTOR.fields_by_name or key in self.computed:
                continue
            [rows] = [each.name for each in method.response.DESCRIPTOR.fields if each.is_repeated]
            whole = harness.app.call(key, method.request(page_size=500), CALLER)
            assert len(getattr(whole, rows)) >= 3, method.path
            walked: list[Any] = []
            token = ""
            while not walked or token:
                request = method.request(page_size=1, page_token=token)
                page = harness.app.call(key, request, CALLER)
                assert len(getattr(page, rows)) == 1, method.path
                walked += getattr(page, rows)
                token = page.next_page_token
            assert walked == list(getattr(whole, rows)), method.path
            with pytest.raises(DomainError) as refused:
                harness.app.call(key, method.request(page_token="no token"), CALLER)
            assert refused.value.reason == "INVALID_PAGE_TOKEN", method.path
