"""Private servers for one machine: a RabbitMQ node and a PostgreSQL of our own.

    with RabbitMQ(folder / "rabbitmq") as broker, PostgreSQL(folder / "postgresql") as database:
        ...

Everything a server has is in its folder: start it there again and it knows what it knew.
It listens on 127.0.0.1 only, and ends with this process however that ends (see `guard`).
"""

from __future__ import annotations

import atexit
import fcntl
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from cli import packages
from cli.guard import Plan, children_of, send

START_LIMIT = 60.0  # seconds
