"""Settings of the gateway (see chassis.settings for how they are given)."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from limits import parse_many
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.platform import SERVICES
from chassis.principal import DEVELOPMENT_KEY
from chassis.settings import Environment, SharedSettings


class AccessRefused(RuntimeError):
    """The settings would let strangers in."""


class GatewaySettings(SharedSettings):
    # What is refused may be a secret: it is not shown.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    grpc_host: str = Field("127.0.0.1", description="address clients connect to")
    grpc_port: int = Field(0, ge=0, le=65535, description="its port; 0 for a free one")
    grpc_mtls_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="a second port for clients with certificates; none: grpc_port wants them",
    )
    services: str = Field(",".join(SERVICES), description="services whose contracts it offers")
    max_message_bytes: int = Field(1024 * 1024, gt=0, description="largest request or reply")
    max_concurrent_calls: int = Field(1_000, gt=0, description="calls served at once")
    drain_timeout_s: float = Field(25, gt=0, description="time to finish calls at SIGTERM, s")

    tls_certificate: Path | None = Field(None, description="its certificate with the chain, PEM")
    tls_key: Path | None = Field(None, description="the key of that certificate, PEM")
    tls_client_ca: Path | None = Field(None, description="who signs clients' certificates, PEM")
    oidc_issuer: str = Field("", description="the identity provider, as its tokens name it (iss)")
    oidc_audience: str = Field("", description="this deployment, as tokens name it (aud)")
    oidc_jwks: str = Field("", description="keys of the identity provider: a file or https URL")
    oidc_keys_kept_s: float = Field(300, gt=0, description="its keys are read again after, s")
    oidc_needs_nbf: bool = Field(True, description="false: a token without nbf may have iat")
    ticket_key: SecretStr = Field(
        SecretStr(""), description="signs what services are told of callers: 32 bytes in base64"
    )
    first_administrator: str = Field(
        "", description="a subject that may fill an empty directory; clear it when that is done"
    )
    rights_kept_s: float = Field(30, ge=0, description="rights are asked for again after, s")
    rights_kept_when_away_s: float = Field(
        600, ge=0, description="and are used while the directory is away for at most, s"
    )
    rate_per_client: str = Field(
        "200/second", description="calls of one client; production, or where set"
    )
    rate_per_method: str = Field(
        "100/second", description="calls of one client to one method; production, or where set"
    )
    rate_of_failures: str = Field(
        "300/minute", description="callers of one address that prove nothing; empty: no limit"
    )

    @field_validator("rate_per_client", "rate_per_method", "rate_of_failures")
    @classmethod
    def _is_rate(cls, text: str) -> str:
        if text:
            parse_many(text)  # raises ValueError
        return text

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def knows_callers(self) -> bool:
        """Whether anything is configured by which callers prove who they are."""
        return bool(self.tls_client_ca or self.oidc_issuer or self.oidc_audience or self.oidc_jwks)

    def limit(self, name: str) -> str:
        """A rate; without its default where the development identity is at work."""
        text: str = getattr(self, name)
        return text if self.knows_callers or name in self.model_fields_set else ""

    def signing_key(self) -> bytes:
        """The key of tickets; raises AccessRefused."""
        text = self.ticket_key.get_secret_value()
        if not text and not self.is_production:
            return DEVELOPMENT_KEY
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != 32 or (self.is_production and key == DEVELOPMENT_KEY):
            raise AccessRefused(
                "GUANJIA_TICKET_KEY 须为 32 字节随机数的 base64 | "
                "GUANJIA_TICKET_KEY must be 32 random bytes in base64: openssl rand -base64 32"
            )
        return key
