"""What a survey may differ by and still match the register."""

from __future__ import annotations

from chassis.norms import Norms

TOLERANCE = Norms("housing.survey_tolerance", "清查面积允许误差", "%")
