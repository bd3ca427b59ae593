"""What the platform consists of."""

from importlib.metadata import version

VERSION = version("guanjia")

SERVICES = ("directory", "housing", "warehouse")
"""A service joins the platform by its name here: what runs on one machine, what the gateway
offers, the broker's users and rights, manifests and dashboards all follow this list."""

GATEWAY = "gateway"
"""The one process beside them, and the only one that calls them."""
