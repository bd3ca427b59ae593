"""The error tree. Every refusal a caller sees is one of these.

    DomainError                 what the caller did cannot be done        code
    ├── InvalidInput            a field breaks a rule                     INVALID_ARGUMENT
    ├── NotFound                no such object, or not within scope       NOT_FOUND
    ├── AlreadyExists           the key is taken                          ALREADY_EXISTS
    ├── IllegalState            the object's state forbids the act        FAILED_PRECONDITION
    ├── Conflict                somebody else changed it meanwhile        ABORTED
    ├── PermissionDenied        not allowed                               PERMISSION_DENIED
    ├── Unauthenticated         nobody we know                            UNAUTHENTICATED
    ├── Exhausted               too much at once                          RESOURCE_EXHAUSTED
    ├── DeadlineExceeded        no longer worth doing                     DEADLINE_EXCEEDED
    ├── Unimplemented           no such call                              UNIMPLEMENTED
    ├── Unavailable             try again later                           UNAVAILABLE
    └── Internal                our fault                                 INTERNAL

This table is the only place where an error meets a status code. Anything else
that is raised becomes `Internal` at the edge and is logged there with its trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from google.rpc import code_pb2


@dataclass(frozen=True)
class Violation:
    """One field and what is wrong with it.

    `field` is the path in the request, such as `property.floor_area_m2`.
    """

    field: str
    reason: str
    zh: str
    en: str
    value: str = ""


@dataclass
class DomainError(Exception):
    """The root: a stable reason, Chinese and English text, the fields concerned."""

    code: ClassVar[int] = code_pb2.UNKNOWN

    reason: str
    zh: str
    en: str
    violations: Sequence[Violation] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.reason}: {self.en}"


class InvalidInput(DomainError):
    """A field of the request breaks a rule."""

    code = code_pb2.INVALID_ARGUMENT

    @classmethod
    def of(cls, violations: Sequence[Violation]) -> InvalidInput:
        first = violations[0]
        return cls(first.reason, first.zh, first.en, violations=tuple(violations))

    @classmethod
    def field(cls, name: str, reason: str, zh: str, en: str) -> InvalidInput:
        return cls.of([Violation(name, reason, zh, en)])


class NotFound(DomainError):
    """There is no such object, or the caller may not know that there is."""

    code = code_pb2.NOT_FOUND

    @classmethod
    def object(cls, field: str, value: str) -> NotFound:
        zh, en = "未找到所指的对象", "there is no such object"
        return cls("NOT_FOUND", zh, en, [Violation(field, "NOT_FOUND", zh, en, value)])


class AlreadyExists(DomainError):
    """A key that must be unique is taken."""

    code = code_pb2.ALREADY_EXISTS

    @classmethod
    def key(cls, field: str, reason: str, zh: str, en: str) -> AlreadyExists:
        return cls(reason, zh, en, [Violation(field, reason, zh, en)])


class IllegalState(DomainError):
    """The object's state forbids this act."""

    code = code_pb2.FAILED_PRECONDITION

    @classmethod
    def move(cls, act_zh: str, act_en: str, state_zh: str, state: str) -> IllegalState:
        """`act` was asked of an object that is in `state`."""
        zh = f"当前状态为“{state_zh}”，不能{act_zh}"
        en = f"cannot {act_en} while {state}"
        violation = Violation("state", "ILLEGAL_STATE", zh, en, state)
        return cls("ILLEGAL_STATE", zh, en, [violation], {"state": state})


class Conflict(DomainError):
    """Somebody else changed the object since the caller saw it."""

    code = code_pb2.ABORTED

    @classmethod
    def stale(cls) -> Conflict:
        zh, en = "数据已被他人修改，请刷新后重试", "changed by somebody else; read it again"
        return cls("STALE", zh, en, [Violation("etag", "STALE", zh, en)])


class PermissionDenied(DomainError):
    """The caller is known and may not do this."""

    code = code_pb2.PERMISSION_DENIED


class Unauthenticated(DomainError):
    """The caller is not known."""

    code = code_pb2.UNAUTHENTICATED


class Exhausted(DomainError):
    """More at once than is served."""

    code = code_pb2.RESOURCE_EXHAUSTED


class DeadlineExceeded(DomainError):
    """The caller no longer waits."""

    code = code_pb2.DEADLINE_EXCEEDED


class Unimplemented(DomainError):
    """The contract has no such call."""

    code = code_pb2.UNIMPLEMENTED


class Unavailable(DomainError):
    """Something this needs is away; the same request may be sent again."""

    code = code_pb2.UNAVAILABLE


class Internal(DomainError):
    """Our fault. Carries nothing of what went wrong but an id to find it by."""

    code = code_pb2.INTERNAL

    @classmethod
    def fault(cls, trace: str) -> Internal:
        return cls(
            "INTERNAL",
            "系统内部错误，请将请求标识告知管理员",
            "internal error; give the trace to an administrator",
            metadata={"trace": trace},
        )


def unavailable(zh: str = "服务暂不可用，请稍后重试", en: str = "try again later") -> Unavailable:
    return Unavailable("UNAVAILABLE", zh, en)
