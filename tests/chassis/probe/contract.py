"""The contract of the probe."""

from __future__ import annotations

from typing import Any

from tests.contracts import compiled

pb: Any = compiled(
    "guanjia.probe.v1",
    """
service ProbeService {
  rpc Count(CountRequest) returns (Counter) {
    option (guanjia.policy.v1.method) = {
      permission: "probe.counters.count" kind: METHOD_KIND_COMMAND };
  }
  rpc Rename(RenameRequest) returns (Counter) {
    option (guanjia.policy.v1.method) = {
      permission: "probe.counters.rename" kind: METHOD_KIND_COMMAND };
  }
  rpc GetCounter(GetCounterRequest) returns (Counter) {
    option (guanjia.policy.v1.method) = {
      permission: "probe.counters.get" kind: METHOD_KIND_QUERY };
  }
  rpc ListCounters(ListCountersRequest) returns (ListCountersResponse) {
    option (guanjia.policy.v1.method) = {
      permission: "probe.counters.list" kind: METHOD_KIND_QUERY };
  }
}

message Counter {
  string id = 1; string name = 2; int64 count = 3; string etag = 4;
  google.protobuf.Timestamp created_at = 5; google.protobuf.Timestamp updated_at = 6;
}
message CountRequest {
  string request_id = 1; string name = 2 [(guanjia.policy.v1.label) = "名称"]; int64 by = 3;
}
message RenameRequest { string request_id = 1; string id = 2; string etag = 3; string name = 4; }
message GetCounterRequest { string id = 1; }
message ListCountersRequest { int32 page_size = 1; string page_token = 2; }
message ListCountersResponse { repeated Counter counters = 1; string next_page_token = 2; }
message Counted {
  option (guanjia.policy.v1.fact) = {label: "已计数"};
  string name = 1; int64 by = 2;
}

enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_RED = 1; COLOUR_DARK_BLUE = 2; }
message Part { string text = 1; Colour colour = 2; google.protobuf.Timestamp at = 3; }
message Everything {
  string text = 1; int32 small = 2; int64 large = 3; uint64 natural = 4; double figure = 5;
  float single = 6; bool flag = 7; bytes raw = 8; Colour colour = 9;
  google.protobuf.Timestamp at = 10; Part part = 11; repeated Part parts = 12;
  repeated string texts = 13; repeated Colour colours = 14; map<string, string> cells = 15;
  optional string maybe_text = 16; optional int32 maybe_small = 17;
  optional Colour maybe_colour = 18; map<string, int64> numbers = 19;
  repeated google.protobuf.Timestamp instants = 20;
}
""",
)
