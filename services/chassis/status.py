"""Errors as `google.rpc.Status` bytes and back.

Details: `ErrorInfo` (stable reason, domain `<service>.guanjia`), `BadRequest`
(each field, with its reason), `LocalizedMessage` (zh-CN, then en).
"""

from __future__ import annotations

from typing import Any

from google.rpc import error_details_pb2, status_pb2

from chassis.errors import DomainError, Violation


def to_status(error: DomainError, service: str) -> status_pb2.Status:
    """The Status of `error`, raised in `service`."""
    status = status_pb2.Status(code=error.code, message=f"{error.zh} | {error.en}")
    _pack(
        status,
        error_details_pb2.ErrorInfo(
            reason=error.reason, domain=f"{service}.guanjia", metadata=dict(error.metadata)
        ),
    )
    if error.violations:
        _pack(
            status,
            error_details_pb2.BadRequest(
                field_violations=[_field_violation(each) for each in error.violations]
            ),
        )
    for locale, message in (("zh-CN", error.zh), ("en", error.en)):
        _pack(status, error_details_pb2.LocalizedMessage(locale=locale, message=message))
    return status


def violations_of(status: status_pb2.Status) -> list[Violation]:
    """The field violations in a Status, in their order."""
    bad_request = error_details_pb2.BadRequest()
    for detail in status.details:
        if detail.Unpack(bad_request):
            return [
                Violation(each.field, each.reason, each.localized_message.message, each.description)
                for each in bad_request.field_violations
            ]
    return []


def reason_of(status: status_pb2.Status) -> str:
    """The stable reason in a Status; empty if it carries none."""
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info):
            return str(info.reason)
    return ""


def _field_violation(violation: Violation) -> error_details_pb2.BadRequest.FieldViolation:
    return error_details_pb2.BadRequest.FieldViolation(
        field=violation.field,
        reason=violation.reason,
        description=violation.en,
        localized_message=error_details_pb2.LocalizedMessage(locale="zh-CN", message=violation.zh),
    )


def _pack(status: status_pb2.Status, detail: Any) -> None:
    status.details.add().Pack(detail)
