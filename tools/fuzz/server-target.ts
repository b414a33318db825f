/**
 * Requests to the server, derived from its own OpenAPI document: each operation, with fields of the right type and with
 * hostile ones.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { AttuneError } from '../../src/base/errors.ts';
import { trainingServer, type TrainingServer } from '../../test/unit/serving/training-server.ts';
import { mutateJson, type Chance } from './mutate.ts';
import { json, type Target } from './target.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  path: string;
  method: string;
  parameters: readonly { name: string; in: string; schema: Schema; required?: boolean }[];
  body?: Schema;
  isForm: boolean;
}

/** Passed as JSON from `damage` to `read`. */
interface Sent {
  method: string;
  path: string;
  key: string;
  body?: unknown;
  form?: Record<string, string>;
}

const TEXTS = [
  '',
  'hello',
  'text',
  'rows',
  'auto',
  'a\0b',
  '\ud800',
  '../../etc/passwd',
  '%00',
  '__proto__',
  'a'.repeat(5000),
];
const BOMBS = ['((a{1,100}){1,100}){1,100}', 'a?'.repeat(400) + 'a'.repeat(400), '('.repeat(3000) + ')'.repeat(3000)];
const HOSTILE: readonly unknown[] = [
  { toString: 0 },
  [{ toString: 0 }],
  { constructor: null },
  1e308,
  -1,
  null,
  [[]],
  {},
];
const NUMBERS = [0, 1, 2, -1, 0.5, 7, 1e15, 2 ** 53];
const KEYS = ['sk-shop', 'sk-shop', 'sk-shop', 'sk-bank', 'sk-desk', 'sk-root', 'sk-root', 'sk-unknown'];
const DEEPEST = 6;

let started: Promise<{ server: TrainingServer; operations: Operation[]; document: Schema }> | undefined;

async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'attune-fuzz-keys-'));
  const file = join(folder, 'keys.yaml');
  const keys = ['shop', 'bank', 'desk', 'root'].map((name) => ({
    name,
    sha256: createHash('sha256').update(`sk-${name}`).digest('hex'),
    ...(name === 'root' && { admin: true }),
  }));
  writeFileSync(file, stringify({ keys }));
  const limits = { constraint_seconds: 1 };
  const server = await trainingServer({
    models: ['text', 'speech', 'rows', 'vectors', 'items'],
    api_keys: file,
    log: 'silent',
    limits,
  });
  const reply = await server.app.request('http://127.0.0.1:8000/openapi.json', { headers: { host: '127.0.0.1:8000' } });
  const document = (await reply.json()) as Schema;
  return { server, document, operations: operationsOf(document) };
}

function operationsOf(document: Schema): Operation[] {
  const paths = document.paths as Record<string, Record<string, Schema>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const content = ((operation.requestBody as Schema | undefined)?.content ?? {}) as Record<
        string,
        { schema: Schema }
      >;
      const body = content['application/json'] ?? content['multipart/form-data'];
      return {
        path,
        method: method.toUpperCase(),
        parameters: (operation.parameters ?? []) as Operation['parameters'],
        ...(body !== undefined && { body: body.schema }),
        isForm: 'multipart/form-data' in content,
      };
    }),
  );
}

class Sampler {
  readonly #document: Schema;
  readonly #chance: Chance;

  constructor(document: Schema, chance: Chance) {
    this.#document = document;
    this.#chance = chance;
  }

  value(schema: Schema, name = '', depth = 0): unknown {
    const chance = this.#chance;
    if (chance.draw(60) === 0) return chance.of(HOSTILE);
    if (typeof schema.$ref === 'string') return this.value(this.#referenced(schema.$ref), name, depth);
    if ('const' in schema) return schema.const;
    if (Array.isArray(schema.enum)) return chance.of(schema.enum);
    for (const kind of ['anyOf', 'oneOf'] as const)
      if (Array.isArray(schema[kind])) return this.value(chance.of(schema[kind] as Schema[]), name, depth);
    if (Array.isArray(schema.allOf))
      return Object.assign({}, ...(schema.allOf as Schema[]).map((part) => this.value(part, name, depth)));
    const type = Array.isArray(schema.type) ? chance.of(schema.type as string[]) : schema.type;
    if (type === 'array') return this.#list(schema, depth);
    if (type === 'object' || schema.properties !== undefined) return this.#object(schema, depth);
    return this.#single(type, name);
  }

  #single(type: unknown, name: string): unknown {
    const chance = this.#chance;
    if (type === 'integer' || type === 'number') return chance.of(NUMBERS);
    if (type === 'boolean') return chance.draw(2) === 0;
    if (type === 'null') return null;
    if (type !== 'string') return chance.of([...TEXTS, ...HOSTILE]);
    if (name === 'model') return chance.of(['text', 'rows', 'vectors', 'items', 'speech', 'nothing']);
    if (/regex|pattern/.test(name)) return chance.of([...BOMBS, 'a+', '[']);
    return chance.of(TEXTS);
  }

  #list(schema: Schema, depth: number): unknown[] {
    const count = depth > DEEPEST ? 0 : 1 + this.#chance.draw(3);
    return Array.from({ length: count }, () => this.value((schema.items ?? {}) as Schema, '', depth + 1));
  }

  #object(schema: Schema, depth: number): Record<string, unknown> {
    const properties = (schema.properties ?? {}) as Record<string, Schema>;
    const required = new Set((schema.required ?? []) as string[]);
    const names = Object.keys(properties).filter(
      (name) => required.has(name) || (depth <= DEEPEST && this.#chance.draw(5) === 0),
    );
    return Object.fromEntries(names.map((name) => [name, this.value(properties[name], name, depth + 1)]));
  }

  #referenced(pointer: string): Schema {
    const parts = pointer.split('/').slice(1);
    return parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], this.#document) as Schema;
  }
}

export const server: Target = {
  async seeds() {
    started ??= start();
    const { operations } = await started;
    // Each request carries the document, since damage is synchronous.
    const { document } = await started;
    shared = document;
    return operations.map(json);
  },
  damage(whole, chance) {
    const operation = JSON.parse(String(whole)) as Operation;
    const sampler = new Sampler(shared, chance);
    const query = new URLSearchParams();
    let { path } = operation;
    for (const { name, in: place, schema, required } of operation.parameters) {
      const value = sampler.value(schema, name);
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(text.toWellFormed()));
      else if (required === true || chance.draw(3) === 0) query.set(name, text);
    }
    path = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(chance.of(TEXTS).toWellFormed()));
    const sent: Sent = {
      method: operation.method,
      path: `${path}${query.size > 0 ? `?${query}` : ''}`,
      key: chance.of(KEYS),
    };
    if (operation.body !== undefined) {
      let body = sampler.value(operation.body);
      if (chance.draw(2) === 0) body = mutateJson(body, chance);
      if (operation.isForm) sent.form = textsOf(body);
      else sent.body = body;
    }
    return json(sent);
  },
  async read(bytes) {
    const { server: running } = await started!;
    const { method, path, key, body, form } = JSON.parse(String(bytes)) as Sent;
    const headers: Record<string, string> = { host: '127.0.0.1:8000', authorization: `Bearer ${key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const content = form === undefined ? (body === undefined ? undefined : JSON.stringify(body)) : formOf(form);
    const response = await running.app.request(`http://127.0.0.1:8000${path}`, { method, headers, body: content });
    const text = await response.text();
    if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    if (response.status >= 400)
      throw new AttuneError(`E_HTTP_${response.status}` as `E_${Uppercase<string>}`, { what: text.slice(0, 100) });
  },
};

let shared: Schema = {};

function textsOf(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, JSON.stringify(value) ?? '']));
}

function formOf(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'file' || name === 'data') form.set(name, new File([value], 'a.jsonl'));
    else form.set(name, value.replaceAll(/^"|"$/g, ''));
  }
  return form;
}
