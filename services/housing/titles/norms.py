"""What share of the properties should be registered by now."""

from __future__ import annotations

from chassis.norms import Norms

TARGET = Norms("housing.title_target", "权属登记率目标", "%")
