/**
 * Protocol buffers of Flower's Fleet API (flwrlabs/flower, framework/proto), limited to the messages that sites use.
 */
import protobuf from 'protobufjs';

const PROTO = `
syntax = "proto3";
package flwr.proto;

message Error { sint64 code = 1; string reason = 2; }
message Metadata {
  uint64 run_id = 1; string message_id = 2; uint64 src_node_id = 3; uint64 dst_node_id = 4;
  string reply_to_message_id = 5; string group_id = 6; double ttl = 7; string message_type = 8; double created_at = 9;
}
message RecordDict {}
message Message { Metadata metadata = 1; RecordDict content = 2; Error error = 3; }
message ObjectTree { string object_id = 1; repeated ObjectTree children = 2; }
message Node { uint64 node_id = 1; }

message DoubleList { repeated double vals = 1; }
message SintList { repeated sint64 vals = 1; }
message UintList { repeated uint64 vals = 1; }
message BoolList { repeated bool vals = 1; }
message StringList { repeated string vals = 1; }
message BytesList { repeated bytes vals = 1; }
message RecordValue {
  oneof value {
    double double = 1; sint64 sint64 = 2; uint64 uint64 = 3; bool bool = 4; string string = 5; bytes bytes = 6;
    DoubleList double_list = 21; SintList sint_list = 22; UintList uint_list = 23;
    BoolList bool_list = 24; StringList string_list = 25; BytesList bytes_list = 26;
  }
}
message ValueRecord {
  message Item { string key = 1; RecordValue value = 2; }
  repeated Item items = 1;
}

message RegisterNodeFleetRequest { bytes public_key = 1; }
message RegisterNodeFleetResponse { uint64 node_id = 1; }
message ActivateNodeRequest { bytes public_key = 1; double heartbeat_interval = 2; }
message ActivateNodeResponse { uint64 node_id = 1; }
message DeactivateNodeRequest { uint64 node_id = 1; }
message DeactivateNodeResponse {}
message SendNodeHeartbeatRequest { Node node = 1; double heartbeat_interval = 2; }
message SendNodeHeartbeatResponse { bool success = 1; }
message PullMessagesRequest { Node node = 1; repeated string message_ids = 2; }
message PullMessagesResponse { repeated Message messages_list = 2; repeated ObjectTree message_object_trees = 3; }
message PushMessagesRequest {
  Node node = 1; repeated Message messages_list = 2; repeated ObjectTree message_object_trees = 3;
  repeated double clientapp_runtime_list = 4;
}
message PushMessagesResponse {
  map<string, uint32> results = 2; repeated string objects_to_push = 3; string session_id = 4;
}
message PushObjectRequest {
  Node node = 1; uint64 run_id = 2; string object_id = 3; bytes object_content = 4; string session_id = 5;
}
message PushObjectResponse { bool stored = 1; }
message PullObjectRequest { Node node = 1; uint64 run_id = 2; string object_id = 3; }
message PullObjectResponse { bool object_found = 1; bool object_available = 2; bytes object_content = 3; }
message ConfirmMessageReceivedRequest { Node node = 1; uint64 run_id = 2; string message_object_id = 3; }
message ConfirmMessageReceivedResponse {}
message Run { uint64 run_id = 1; }
message GetRunRequest { Node node = 1; uint64 run_id = 2; }
message GetRunResponse { Run run = 1; }
`;

const { root } = protobuf.parse(PROTO, { keepCase: true });

/** 64-bit identifiers are decimal strings. */
export interface Metadata {
  run_id: string;
  message_id: string;
  src_node_id: string;
  dst_node_id: string;
  reply_to_message_id: string;
  group_id: string;
  /** Seconds. */
  ttl: number;
  message_type: string;
  /** Seconds since 1970. */
  created_at: number;
}

export interface MessageError {
  code: number | string;
  reason: string;
}

export interface WireMessage {
  metadata: Metadata;
  /** Present but empty: the content is sent as objects. */
  content?: Record<string, never>;
  error?: MessageError;
}

export interface ObjectTree {
  object_id: string;
  children: ObjectTree[];
}

interface OwnNode {
  node_id: string;
}

/** Requests and responses by the last part of the path: `/v1/fleet/NAME`. */
export interface Calls {
  'register-node': [{ public_key: Uint8Array }, { node_id: string }];
  'activate-node': [{ public_key: Uint8Array; heartbeat_interval: number }, { node_id: string }];
  'deactivate-node': [{ node_id: string }, Record<string, never>];
  'send-node-heartbeat': [{ node: OwnNode; heartbeat_interval: number }, { success: boolean }];
  'pull-messages': [
    { node: OwnNode; message_ids: string[] },
    { messages_list: WireMessage[]; message_object_trees: ObjectTree[] },
  ];
  'push-messages': [
    {
      node: OwnNode;
      messages_list: WireMessage[];
      message_object_trees: ObjectTree[];
      clientapp_runtime_list: number[];
    },
    { results: Record<string, number>; objects_to_push: string[]; session_id: string },
  ];
  'push-object': [
    { node: OwnNode; run_id: string; object_id: string; object_content: Uint8Array; session_id: string },
    { stored: boolean },
  ];
  'pull-object': [
    { node: OwnNode; run_id: string; object_id: string },
    { object_found: boolean; object_available: boolean; object_content: Uint8Array },
  ];
  'confirm-message-received': [{ node: OwnNode; run_id: string; message_object_id: string }, Record<string, never>];
  /** Flower rejects it once the run has ended. */
  'get-run': [{ node: OwnNode; run_id: string }, { run: { run_id: string } }];
}

export type CallName = keyof Calls;

const STEMS: Record<CallName, string> = {
  'register-node': 'RegisterNodeFleet',
  'activate-node': 'ActivateNode',
  'deactivate-node': 'DeactivateNode',
  'send-node-heartbeat': 'SendNodeHeartbeat',
  'pull-messages': 'PullMessages',
  'push-messages': 'PushMessages',
  'push-object': 'PushObject',
  'pull-object': 'PullObject',
  'confirm-message-received': 'ConfirmMessageReceived',
  'get-run': 'GetRun',
};

export const callNames = Object.keys(STEMS) as CallName[];

export function encodeRequest<Name extends CallName>(name: Name, value: Calls[Name][0]): Uint8Array {
  return encode(`${STEMS[name]}Request`, value);
}

export function decodeRequest<Name extends CallName>(name: Name, bytes: Uint8Array): Calls[Name][0] {
  return decode(`${STEMS[name]}Request`, bytes);
}

export function encodeResponse<Name extends CallName>(name: Name, value: Calls[Name][1]): Uint8Array {
  return encode(`${STEMS[name]}Response`, value);
}

export function decodeResponse<Name extends CallName>(name: Name, bytes: Uint8Array): Calls[Name][1] {
  return decode(`${STEMS[name]}Response`, bytes);
}

/** Encodes a message type by name. Fields with default values are left out, as by Flower's serialisers. */
export function encode(type: string, value: object): Uint8Array {
  const found = root.lookupType(`flwr.proto.${type}`);
  return found.encode(found.fromObject(value)).finish();
}

/** Decodes a message type by name; 64-bit integers become decimal strings. @throws Error for malformed bytes */
export function decode<Value>(type: string, bytes: Uint8Array): Value {
  const found = root.lookupType(`flwr.proto.${type}`);
  return found.toObject(found.decode(bytes), { longs: String, defaults: true, oneofs: true }) as Value;
}
