/**
 * Flower's content-addressed objects: `TYPE CHILDREN LENGTH`, a zero byte and a body; an object's id is the SHA-256 of
 * these bytes. Messages, records and arrays are trees of them.
 */
import { AttuneError } from '../../base/errors.ts';
import { sha256 } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import { readNpy, writeNpy, type Matrix } from './npy.ts';
import { decode, encode, type Metadata, type MessageError, type ObjectTree, type WireMessage } from './schema.ts';

export type Scalar = number | bigint | boolean | string | Uint8Array;
export type RecordValue = Scalar | readonly Scalar[];

/** Whole numbers are sent as integers; wrap one in `{ double }` to send it as a double. */
export type Sent = RecordValue | { double: number };

/** The content of a message. */
export interface Content {
  arrays: ReadonlyMap<string, ReadonlyMap<string, Matrix>>;
  metrics: ReadonlyMap<string, Readonly<Record<string, Sent>>>;
  configs: ReadonlyMap<string, Readonly<Record<string, Sent>>>;
}

export interface Message {
  metadata: Metadata;
  content?: Content;
  error?: MessageError;
}

/** An object with its descendants. */
export interface FlowerObject {
  id: string;
  bytes: Uint8Array;
  children: readonly FlowerObject[];
}

/** Largest part of an array. */
const CHUNK = 5_242_880;

export function messageObject({ metadata, content, error }: Message): FlowerObject {
  const body = encode('Message', { metadata: { ...metadata, message_id: '' }, ...(error && { error }) });
  return makeObject('Message', body, content === undefined ? [] : [contentObject(content)]);
}

export function contentObject({ arrays, metrics, configs }: Content): FlowerObject {
  const records = [
    ...[...arrays].map(([name, record]) => [name, arraysObject(record)] as const),
    ...[...metrics].map(([name, record]) => [name, valuesObject('MetricRecord', record)] as const),
    ...[...configs].map(([name, record]) => [name, valuesObject('ConfigRecord', record)] as const),
  ];
  return makeObject(
    'RecordDict',
    references(records),
    records.map(([, record]) => record),
  );
}

function arraysObject(record: ReadonlyMap<string, Matrix>): FlowerObject {
  const arrays = [...record].map(([name, matrix]) => [name, arrayObject(matrix)] as const);
  return makeObject(
    'ArrayRecord',
    references(arrays),
    arrays.map(([, array]) => array),
  );
}

export function arrayObject(matrix: Matrix): FlowerObject {
  const data = writeNpy(matrix);
  const chunks: FlowerObject[] = [];
  for (let from = 0; from < data.length; from += CHUNK)
    chunks.push(makeObject('ArrayChunk', data.subarray(from, from + CHUNK), []));
  const ids = [...new Set(chunks.map(({ id }) => id))];
  const shape = matrix.shape.join(', ');
  const places = chunks.map(({ id }) => ids.indexOf(id)).join(', ');
  const body = `{"dtype": "float32", "shape": [${shape}], "stype": "numpy.ndarray", "arraychunk_ids": [${places}]}`;
  return makeObject('Array', Buffer.from(body), chunks);
}

function valuesObject(type: 'MetricRecord' | 'ConfigRecord', record: Readonly<Record<string, Sent>>): FlowerObject {
  const items = Object.entries(record).map(([key, value]) => ({ key, value: toWire(value) }));
  return makeObject(type, encode('ValueRecord', { items }), []);
}

/** Children that occur more than once are listed once. */
function makeObject(type: string, body: Uint8Array, children: readonly FlowerObject[]): FlowerObject {
  const own = [...new Map(children.map((child) => [child.id, child])).values()];
  const head = Buffer.from(`${type} ${own.map(({ id }) => id).join(',')} ${body.length}\0`);
  const bytes = Buffer.concat([head, body]);
  return { id: sha256(bytes), bytes, children: own };
}

/** Formatted as by Python's `json.dumps`. */
function references(entries: readonly (readonly [string, FlowerObject])[]): Buffer {
  return Buffer.from(`{${entries.map(([name, { id }]) => `${pythonString(name)}: "${id}"`).join(', ')}}`);
}

function pythonString(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const LISTS = {
  double: 'double_list',
  sint64: 'sint_list',
  uint64: 'uint_list',
  bool: 'bool_list',
  string: 'string_list',
  bytes: 'bytes_list',
} as const;

type Kind = keyof typeof LISTS;

function toWire(value: Sent): object {
  if (typeof value === 'object' && 'double' in value) return value;
  if (!Array.isArray(value)) return { [kindOf([value as Scalar])]: wireOf(value as Scalar) };
  const list = value as readonly Scalar[];
  return { [LISTS[kindOf(list)]]: { vals: list.map(wireOf) } };
}

/** The encoder takes 64-bit integers as decimal strings. */
function wireOf(value: Scalar): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function kindOf(values: readonly Scalar[]): Kind {
  const [first] = values;
  if (first instanceof Uint8Array) return 'bytes';
  if (typeof first === 'string') return 'string';
  if (typeof first === 'boolean') return 'bool';
  if (values.some((value) => typeof value === 'number' && !Number.isInteger(value))) return 'double';
  return values.some((value) => (value as bigint) > 9_223_372_036_854_775_807n) ? 'uint64' : 'sint64';
}

/** The ids of an object and its descendants. */
export function treeOf({ id, children }: FlowerObject): ObjectTree {
  return { object_id: id, children: children.map(treeOf) };
}

/** The objects of a tree by id, children first. */
export function objectsOf(object: FlowerObject): Map<string, Uint8Array> {
  const all = new Map(object.children.flatMap((child) => [...objectsOf(child)]));
  return all.set(object.id, object.bytes);
}

/** All ids of a tree, children first. */
export function idsOf({ object_id: id, children }: ObjectTree): string[] {
  return [...children.flatMap(idsOf), id];
}

/**
 * Reads a message from its objects.
 * @throws AttuneError E_FEDERATED_OBJECT if an object is missing, is not what its id says, or is malformed
 */
export function readMessage(id: string, objects: ReadonlyMap<string, Uint8Array>): Message {
  const { body, children } = open(id, 'Message', objects);
  const { metadata, error } = decode<WireMessage>('Message', body);
  const [content] = children;
  return {
    metadata: { ...metadata, message_id: id },
    ...(content !== undefined && { content: readContent(content, objects) }),
    ...(error != null && { error }),
  };
}

function readContent(id: string, objects: ReadonlyMap<string, Uint8Array>): Content {
  const { body } = open(id, 'RecordDict', objects);
  const arrays = new Map<string, ReadonlyMap<string, Matrix>>();
  const metrics = new Map<string, Record<string, Sent>>();
  const configs = new Map<string, Record<string, Sent>>();
  for (const [name, record] of Object.entries(referencesIn(body))) {
    const type = typeOf(record, objects);
    if (type === 'ArrayRecord') arrays.set(name, readArrays(record, objects));
    else if (type === 'MetricRecord') metrics.set(name, readValues(record, type, objects));
    else configs.set(name, readValues(record, 'ConfigRecord', objects));
  }
  return { arrays, metrics, configs };
}

function readArrays(id: string, objects: ReadonlyMap<string, Uint8Array>): Map<string, Matrix> {
  const { body } = open(id, 'ArrayRecord', objects);
  return new Map(Object.entries(referencesIn(body)).map(([name, array]) => [name, readArray(array, objects)]));
}

function readArray(id: string, objects: ReadonlyMap<string, Uint8Array>): Matrix {
  const { body, children } = open(id, 'Array', objects);
  const { arraychunk_ids: places } = parseJson<{ arraychunk_ids: number[] }>(body.toString());
  return readNpy(Buffer.concat(places.map((place) => open(children[place], 'ArrayChunk', objects).body)));
}

function readValues(id: string, type: string, objects: ReadonlyMap<string, Uint8Array>): Record<string, Sent> {
  const { body } = open(id, type, objects);
  const { items } = decode<{ items: { key: string; value: Record<string, unknown> & { value: string } }[] }>(
    'ValueRecord',
    body,
  );
  return Object.fromEntries(items.map(({ key, value }) => [key, fromWire(value)]));
}

function fromWire(value: Record<string, unknown> & { value: string }): RecordValue {
  const found = value[value.value];
  const isList = value.value.endsWith('_list');
  const isWhole = /^[su]int/.test(value.value);
  const numberOf = (each: unknown) => (isWhole ? wholeNumber(each as string) : (each as Scalar));
  return isList ? (found as { vals: unknown[] }).vals.map(numberOf) : numberOf(found);
}

function wholeNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

function referencesIn(body: Buffer): Record<string, string> {
  return parseJson<Record<string, string>>(body.toString());
}

function typeOf(id: string, objects: ReadonlyMap<string, Uint8Array>): string {
  const bytes = objects.get(id);
  return bytes === undefined ? '' : Buffer.from(bytes.subarray(0, 16)).toString('latin1').split(' ')[0];
}

function open(
  id: string,
  type: string,
  objects: ReadonlyMap<string, Uint8Array>,
): { body: Buffer; children: string[] } {
  const bytes = objects.get(id);
  if (bytes === undefined) throw badObject(id, 'nothing');
  if (sha256(bytes) !== id) throw badObject(id, 'other bytes');
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = data.indexOf(0);
  const [found, children, length] = data.subarray(0, Math.max(0, end)).toString().split(' ');
  const body = data.subarray(end + 1);
  if (found !== type || Number(length) !== body.length) throw badObject(id, `a ${found || 'nameless object'}`);
  return { body, children: children === '' ? [] : children.split(',') };
}

function badObject(id: string, got: string): AttuneError {
  return new AttuneError('E_FEDERATED_OBJECT', {
    what: `Object ${id.slice(0, 12)} of a message cannot be read`,
    got,
    expected: 'the bytes with this SHA-256',
  });
}
