"""A small shop for office supplies, built the way nameko's own examples are.

    HTTP ──> gateway.py ──RpcProxy──> service.py ──SQLAlchemy──> PostgreSQL
                                          └──EventDispatcher──> supplies.events

The baseline of `make bench`: nameko as it comes, all settings its own.
"""
