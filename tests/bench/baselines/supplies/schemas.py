"""What travels between the service, the gateway and its clients."""

from __future__ import annotations

from marshmallow import Schema, fields


class ItemSchema(Schema):
    id = fields.Int(required=True)
    code = fields.Str(required=True)
    name = fields.Str(required=True)
    kind = fields.Str(required=True)
    address = fields.Str(required=True)
    region_code = fields.Str(required=True)
    shelves = fields.Int(required=True)
    length_m = fields.Decimal(as_string=True, required=True)
    width_m = fields.Decimal(as_string=True, required=True)
    price = fields.Decimal(as_string=True, required=True)
    use_state = fields.Str(required=True)
    account_state = fields.Str(required=True)
    supplier = fields.Str(required=True)
    supplier_code = fields.Str(required=True)
    since_year = fields.Int(required=True)
    created_at = fields.DateTime(required=True)


class OrderLineSchema(Schema):
    id = fields.Int()
    item_id = fields.Int(required=True)
    price = fields.Decimal(as_string=True, required=True)
    quantity = fields.Int(required=True)


class OrderSchema(Schema):
    id = fields.Int()
    lines = fields.Nested(OrderLineSchema, many=True, required=True)
