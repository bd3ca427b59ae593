"""What readers of the pictures are told the figures are: Chinese first."""

from __future__ import annotations

LABELS = {
    "ours.read": "管家 读 read",
    "ours.command": "管家 写 command",
    "facts.ours": "管家 事实 facts",
    "facts.backlog": "管家 积压事实 backlog",
    "facts.broker": "消息总线 broker alone",
    "nameko.read": "原版 nameko 读 read",
    "nameko.command": "原版 nameko 写 command",
    "echo.grpc": "gRPC 空转 echo",
    "echo.amqp": "消息总线空转 AMQP echo",
    "postgres.select": "PostgreSQL 查询 select",
    "postgres.transaction": "PostgreSQL 事务 transaction",
    "postgres.commit": "PostgreSQL 最小提交 commit",
    "disk.fsync": "磁盘同步 fsync",
    "client": "客户端 client",
    "gateway": "网关 gateway",
    "service": "服务 service",
    "warehouse": "公物仓 warehouse",
    "broker": "消息总线 RabbitMQ",
    "postgres": "数据库 PostgreSQL",
    "directory": "单位人员 directory",
    "housing": "房产 housing",
    "rooms": "房间",
    "items": "卡片",
    "first page": "首页 first page",
    "a page in the middle": "中间页 middle",
    "of one building": "一栋楼 of a building",
    "of one unit": "一个单位 of a unit",
    "vacant ones": "空闲 vacant",
    "of one region": "一个区划 of a region",
    "of a class in stock": "某类在库 class, in stock",
    "by a word": "按词 by a word",
    "by a word, fair, in stock": "按词在库 word, in stock",
    "by class and word near us": "按类按词就近 class, word, near",
    "of one place": "一个库位 of a place",
    "30 desks near us": "就近 30 张桌 30 desks near",
    "30 of a word near us": "就近 30 件按词 30 by word",
    "a word nothing has": "查无此词 unknown word",
    "over-standard report": "超标统计 over-standard",
    "over-standard list, a page": "超标明细一页 over-standard list",
    "stock report": "库存统计 stock",
    "depreciation report": "折旧统计 depreciation",
}


def label(name: str) -> str:
    """Of a measure, a role, a process, a report with its size (`stock report, 10,000 cards`),
    or a list's page (`rooms: first page`)."""
    noun, of, what = name.partition(": ")
    if of:
        return f"{label(noun)} {label(what)}"
    if name in LABELS:
        return LABELS[name]
    report, comma, size = name.partition(", ")
    return LABELS.get(report, report) + comma + size
