"""Settings of the gateway (see chassis.settings for how they are given)."""

from __future__ import annotations

from pydantic import Field

from chassis.settings import SharedSettings


class GatewaySettings(SharedSettings):
    grpc_host: str = Field("127.0.0.1", description="address clients connect to")
    grpc_port: int = Field(0, ge=0, le=65535, description="its port; 0 for a free one")
    services: str = Field(
        "directory,housing,warehouse", description="services whose contracts it offers"
    )
    max_message_bytes: int = Field(1024 * 1024, gt=0, description="largest request or reply")
    max_concurrent_calls: int = Field(1_000, gt=0, description="calls served at once")
    drain_timeout_s: float = Field(25, gt=0, description="time to finish calls at SIGTERM, s")
