"""Private servers for one machine: a RabbitMQ node and a PostgreSQL of our own.

    with RabbitMQ(folder / "rabbitmq") as broker, PostgreSQL(folder / "postgresql") as database:
        ...

Everything a server has is in its folder: started there again, it knows what it knew.
It listens on 127.0.0.1 only, and ends with this process, however that ends (see `guard`).
"""

from cli.servers.postgresql import PostgreSQL
from cli.servers.rabbitmq import RabbitMQ
from cli.servers.server import ServerFailed, free_port

__all__ = ["PostgreSQL", "RabbitMQ", "ServerFailed", "free_port"]
