"""Settings: declared once with type, default, unit and help; read at start.

Every setting is an environment variable `GUANJIA_<NAME>`, or a file of that name
in the folder `GUANJIA_SECRETS_DIR` (how Kubernetes mounts secrets).
"""

from __future__ import annotations

import base64
import binascii
import os
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis import failpoints, signing
from chassis.principal import DEVELOPMENT_KEY, public_key_of
from chassis.tls import require_safe_broker, require_safe_database


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsRefused(RuntimeError):
    """Settings that are missing, wrong, or cannot be read."""


class SharedSettings(BaseSettings):
    """What every process of a deployment has."""

    model_config = SettingsConfigDict(
        env_prefix="GUANJIA_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Environment = Field(
        Environment.PRODUCTION, description="development allows failpoints and open identities"
    )
    region_code: str = Field("990100", description="region of this deployment (GB/T 2260)")
    broker_url: SecretStr = Field(
        SecretStr("amqp://guest:guest@127.0.0.1:5672//"), description="RabbitMQ"
    )
    broker_ca: Path | None = Field(
        None, description="who signs the certificate of an amqps:// broker, PEM; none: the system"
    )
    broker_timeout_s: float = Field(10, gt=0, description="limit of a blocking broker call, s")
    heartbeat_s: int = Field(10, ge=1, description="AMQP heartbeat, s")
    metrics_host: str = Field("127.0.0.1", description="address of /metrics, /livez, /readyz")
    metrics_port: int = Field(0, ge=0, le=65535, description="its port; 0 for a free one")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @field_validator("broker_url")
    @classmethod
    def _can_be_read(cls, url: SecretStr) -> SecretStr:
        try:
            _ = urlsplit(url.get_secret_value()).port
        except ValueError:  # which shows a part of a password with / # or ?
            raise ValueError(
                "GUANJIA_BROKER_URL 无法解析，密码中的特殊字符须写成 %XX | GUANJIA_BROKER_URL "
                "cannot be read; write special characters of the password as %XX"
            ) from None
        return url

    @model_validator(mode="after")
    def _production_is_not_overheard(self) -> Self:
        if self.environment is Environment.PRODUCTION:
            require_safe_broker(self.broker_url.get_secret_value())
        return self

    @classmethod
    def read(cls, **given: Any) -> Any:
        """Settings from the environment; `given` overrides it. Raises SettingsRefused."""
        folder = os.environ.get("GUANJIA_SECRETS_DIR")
        try:
            if folder:
                next(Path(folder).iterdir(), None)  # what is not there would only be warned of
            return cls(**{**given, "_secrets_dir": folder})
        except OSError as error:
            raise SettingsRefused(
                f"GUANJIA_SECRETS_DIR 无法读取 | GUANJIA_SECRETS_DIR cannot be read: {error}"
            ) from None
        except ValidationError as error:
            raise SettingsRefused(_told(error)) from None

    def described(self) -> list[tuple[str, str, str]]:
        """(variable, value, help) of each setting, secrets masked."""
        rows = []
        for name, info in type(self).model_fields.items():
            value = getattr(self, name)
            rows.append((f"GUANJIA_{name.upper()}", str(value), info.description or ""))
        return rows


class ServiceSettings(SharedSettings):
    """What a domain service has besides."""

    database_url: SecretStr = Field(
        SecretStr("sqlite:///guanjia.db"),
        description="postgresql+psycopg2://… in service, sqlite:///… on a single machine",
    )
    database_ca: Path | None = Field(
        None, description="who signs PostgreSQL's certificate, PEM; it and the host are checked"
    )
    statement_timeout_ms: int = Field(5_000, gt=0, description="limit of one statement, ms")
    lock_timeout_ms: int = Field(3_000, gt=0, description="limit of waiting for a lock, ms")
    rpc_workers: int = Field(16, ge=1, description="calls worked on at once")
    rpc_backlog: int = Field(240, ge=0, description="calls that may wait for a worker")
    reaction_workers: int = Field(4, ge=1, description="facts worked on at once")
    queue_type: str = Field("quorum", pattern="quorum|classic", description="of durable queues")
    retry_delays_s: tuple[float, ...] = Field(
        (1, 10, 60, 600), description="waits before a fact is tried again, s"
    )
    drain_timeout_s: float = Field(25, gt=0, description="time to finish work at SIGTERM, s")
    outbox_poll_s: float = Field(5, gt=0, description="how often the relay looks unasked, s")
    outbox_returned_again_s: float = Field(
        30, gt=0, description="a fact that no queue took is tried again after, s"
    )
    outbox_kept_days: float = Field(14, ge=0, description="published facts are kept, days")
    replies_kept_days: float = Field(
        30, ge=1, description="a command repeated so long gets the reply it had, days"
    )
    inbox_kept_days: float = Field(
        366, ge=1, description="facts reacted to are known so long; outlives any outbox, days"
    )
    audit_seal_s: float = Field(1, gt=0, description="how often the audit trail is sealed, s")
    measures_every_s: float = Field(
        60, gt=0, description="how often figures of the business are measured, s"
    )
    ticket_public_keys: str = Field(
        "", description="base64 of the gateway's public keys, separated by commas"
    )
    column_keys: SecretStr = Field(
        SecretStr(""), description="name:base64 of 32 bytes, …: the first encrypts, all decrypt"
    )
    signing_key: SecretStr = Field(
        SecretStr(""),
        description="base64 of 32 bytes: signs the documents of a service that issues any",
    )
    failpoint: str = Field("", description="name:kill|raise|hang|delay[:times]; tests only")

    @model_validator(mode="after")
    def _production_is_whole(self) -> ServiceSettings:
        if self.failpoint:
            failpoints.parse(self.failpoint)
        if self.environment is Environment.DEVELOPMENT:
            return self
        if self.failpoint:
            raise ValueError("GUANJIA_FAILPOINT is refused in production settings")
        if not self.ticket_public_keys:
            raise ValueError(
                "生产环境须设置网关公钥 | GUANJIA_TICKET_PUBLIC_KEYS is missing: "
                "guanjia keys makes a pair"
            )
        if not self.column_keys.get_secret_value():
            raise ValueError("生产环境须设置列加密密钥 | GUANJIA_COLUMN_KEYS is missing")
        require_safe_database(self.database_url.get_secret_value(), self.database_ca)
        return self

    @model_validator(mode="after")
    def _what_is_told_again_is_known(self) -> ServiceSettings:
        if self.inbox_kept_days <= self.outbox_kept_days:
            raise ValueError(
                "GUANJIA_INBOX_KEPT_DAYS 须大于 GUANJIA_OUTBOX_KEPT_DAYS，"
                "否则重发的事实会再次生效 | GUANJIA_INBOX_KEPT_DAYS must be more than "
                "GUANJIA_OUTBOX_KEPT_DAYS, or a fact told again takes effect again"
            )
        return self

    def public_keys(self) -> list[bytes]:
        """The gateway's keys that tickets may be signed with."""
        given = [each for each in self.ticket_public_keys.split(",") if each.strip()]
        keys = [base64.b64decode(each.strip(), validate=True) for each in given]
        return keys or [public_key_of(DEVELOPMENT_KEY)]

    def document_key(self) -> bytes:
        """The key that documents are signed with; raises ValueError."""
        text = self.signing_key.get_secret_value()
        if not text and self.environment is Environment.DEVELOPMENT:
            return signing.DEVELOPMENT_KEY
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        refused = self.environment is Environment.PRODUCTION and key == signing.DEVELOPMENT_KEY
        if len(key) != 32 or refused:
            raise ValueError(
                "GUANJIA_SIGNING_KEY 须为 32 字节随机数的 base64 | "
                "GUANJIA_SIGNING_KEY must be 32 random bytes in base64: guanjia keys makes one"
            )
        return key


def _told(error: ValidationError) -> str:
    """What is wrong with each setting, by the name of its variable."""
    lines = []
    for each in error.errors():
        name = f"GUANJIA_{str(each['loc'][0]).upper()}: " if each["loc"] else ""
        lines.append(f"{name}{each['msg'].removeprefix('Value error, ')}")
    return f"设置有误 | wrong settings: {'; '.join(lines)}"
