/**
 * TensorBoard's file format: protocol-buffer messages of tensorflow/core/util/event.proto and framework/summary.proto,
 * each framed as a record: length u64, masked CRC u32 of the length, data, masked CRC u32 of the data; little-endian.
 */
import { maskedCrc32c } from './crc32c.ts';

/** Event's and Summary's field numbers. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 };
const SUMMARY_VALUE = 1;
const VALUE = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 };
const METADATA_PLUGIN_DATA = 1;
const PLUGIN_NAME = 1;
const TENSOR = { dataType: 1, shape: 2, stringValue: 8 };
const DATA_TYPE_STRING = 7;
const SHAPE_DIMENSION = 2;
const DIMENSION_SIZE = 1;
const SESSION_STATUS = 1;
const SESSION_START = 1;

/** Wire types. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

export function frameRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedCrc32c(data), data.length + 12);
  return record;
}

/** The first record of every file. `at` is in milliseconds since the epoch, here and below. */
export function versionEvent(at: number): Uint8Array {
  return Buffer.concat([wallTime(at), bytesField(EVENT.fileVersion, Buffer.from('brain.Event:2'))]);
}

export function scalarsEvent(at: number, step: number, scalars: Record<string, number>): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    bytesField(
      SUMMARY_VALUE,
      Buffer.concat([bytesField(VALUE.tag, Buffer.from(tag)), floatField(VALUE.simpleValue, value)]),
    ),
  );
  return event(at, step, bytesField(EVENT.summary, Buffer.concat(values)));
}

export function textEvent(at: number, step: number, { tag, text }: { tag: string; text: string }): Uint8Array {
  const plugin = bytesField(PLUGIN_NAME, Buffer.from('text'));
  const value = Buffer.concat([
    bytesField(VALUE.tag, Buffer.from(`${tag}/text_summary`)),
    bytesField(VALUE.metadata, bytesField(METADATA_PLUGIN_DATA, plugin)),
    bytesField(VALUE.tensor, stringTensor(text)),
  ]);
  return event(at, step, bytesField(EVENT.summary, bytesField(SUMMARY_VALUE, value)));
}

/** Marks a resumed run: TensorBoard discards earlier values from this step on. */
export function sessionStartEvent(at: number, step: number): Uint8Array {
  return event(at, step + 1, bytesField(EVENT.sessionLog, varintField(SESSION_STATUS, SESSION_START)));
}

function event(at: number, step: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([wallTime(at), varintField(EVENT.step, step), body]);
}

function wallTime(at: number): Uint8Array {
  const field = Buffer.alloc(9);
  field[0] = key(EVENT.wallTime, FIXED64);
  field.writeDoubleLE(at / 1000, 1);
  return field;
}

/** A tensor with one string element. */
function stringTensor(text: string): Uint8Array {
  const dimension = bytesField(SHAPE_DIMENSION, varintField(DIMENSION_SIZE, 1));
  return Buffer.concat([
    varintField(TENSOR.dataType, DATA_TYPE_STRING),
    bytesField(TENSOR.shape, dimension),
    bytesField(TENSOR.stringValue, Buffer.from(text)),
  ]);
}

function floatField(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes[0] = key(field, FIXED32);
  bytes.writeFloatLE(value, 1);
  return bytes;
}

function varintField(field: number, value: number): Uint8Array {
  return Buffer.concat([Buffer.of(key(field, VARINT)), varint(value)]);
}

function bytesField(field: number, data: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(key(field, LENGTH_DELIMITED)), varint(data.length), data]);
}

/** Little-endian base 128; for values up to 2^53. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** All field numbers here are below 16, so a key is one byte. */
function key(field: number, wireType: number): number {
  return (field << 3) | wireType;
}
