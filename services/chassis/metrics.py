"""What every service tells Prometheus. Labels are names from the contract only."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

calls = Histogram(
    "guanjia_call_seconds", "Time to answer a call", ["service", "method", "code"], buckets=_SECONDS
)
reactions = Histogram(
    "guanjia_reaction_seconds",
    "Time a reaction took",
    ["consumer", "outcome"],
    buckets=_SECONDS,
)
duplicates = Counter("guanjia_duplicates_total", "Facts that had been reacted to", ["consumer"])
retries = Counter("guanjia_retries_total", "Facts put back for later", ["consumer"])
parked = Counter("guanjia_parked_total", "Facts put aside for a person", ["consumer", "reason"])
expired = Counter("guanjia_expired_calls_total", "Calls nobody waited for any more", ["service"])
refused = Counter(
    "guanjia_refused_messages_total", "Messages no call was in", ["service", "reason"]
)
published = Counter("guanjia_published_total", "Facts the broker confirmed", ["exchange", "fact"])
returned = Counter("guanjia_returned_total", "Facts no queue took", ["exchange", "fact"])
outbox_waiting = Gauge("guanjia_outbox_waiting", "Facts committed and not published")
outbox_unroutable = Gauge("guanjia_outbox_unroutable", "Of these, facts that no queue took")
outbox_age = Gauge(
    "guanjia_outbox_oldest_seconds", "Age of the oldest fact not published that a queue may take"
)
held_facts = Gauge("guanjia_held_facts", "1 while an operator holds the facts in the outbox")
relay_blocked = Gauge("guanjia_relay_blocked", "1 while the broker blocks publishing")
reconnects = Counter("guanjia_reconnects_total", "Connections to the broker lost", ["connection"])
hub_lag = Gauge("guanjia_hub_lag_seconds", "How late the event loop runs")
busy_workers = Gauge("guanjia_busy_workers", "Workers at work", ["pool"])
sealed = Counter("guanjia_audit_sealed_total", "Audit entries sealed")
forgotten = Counter("guanjia_forgotten_total", "Rows kept long enough and deleted", ["table"])
pending_calls = Gauge("guanjia_pending_calls", "Calls on the bus whose reply is awaited")
ready = Gauge("guanjia_ready", "1 while the process is ready to serve")
info = Gauge("guanjia_info", "Always 1; says what runs", ["service", "version"])
# With a label, since without one the gateway, which has none of these, would report 0.
database_reachable = Gauge(
    "guanjia_database_reachable", "1 while the database answers", ["service"]
)
measured = Gauge(
    "guanjia_measured_timestamp_seconds", "When domain figures were last measured", ["service"]
)
broker_connected = Gauge(
    "guanjia_broker_connected", "1 while the connection to the broker is up", ["connection"]
)
certificate_expires = Gauge(
    "guanjia_certificate_expires_timestamp_seconds",
    "When the certificate that is shown, or one of its chain, is no longer good",
    ["certificate"],
)
measure_failures = Counter(
    "guanjia_measure_failures_total", "Domain figures that could not be measured", ["measure"]
)
