"""The gateway: JSON over HTTP to RPC."""

from __future__ import annotations

import json

from marshmallow import ValidationError
from nameko.rpc import RpcProxy
from nameko.web.handlers import http
from werkzeug import Request, Response

from tests.bench.baselines.supplies.schemas import OrderSchema

JSON = "application/json"


class GatewayService:
    name = "gateway"

    supplies = RpcProxy("supplies")

    @http("GET", "/items/<int:item_id>")  # type: ignore[untyped-decorator]
    def get_item(self, request: Request, item_id: int) -> Response:
        return Response(json.dumps(self.supplies.get_item(item_id)), mimetype=JSON)

    @http("POST", "/orders")  # type: ignore[untyped-decorator]
    def place_order(self, request: Request) -> Response:
        try:
            asked = OrderSchema().loads(request.get_data(as_text=True))
        except ValidationError as error:
            return Response(json.dumps(error.messages), status=400, mimetype=JSON)
        placed = self.supplies.place_order(OrderSchema().dump(asked)["lines"])
        return Response(json.dumps(placed), mimetype=JSON)
