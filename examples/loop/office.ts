import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createApiKey, serve, type RunningServer } from '../../src/app/index.ts';
import type { DatedMail } from '../data/dated-mail.ts';

/** A mail that was classified, with the id that feedback names it by. */
export interface Sorted {
  mail: DatedMail;
  /** Name of the API key that asked. */
  key: string;
  id: string;
  /** What the model answered. */
  label: string;
}

/** Branches with a key each: nobody may give more than 5 % of the rows that are trained on. */
const BRANCHES = 25;
const AT_ONCE = 4;
/** How long an answer took is the machine's business. */
const OF_MAILS: ReadonlySet<string> = new Set(['unlike', 'topic', 'classes', 'confidence']);

/** A company whose branches have their mails sorted by one served model. */
export class Office implements AsyncDisposable {
  readonly #server: RunningServer;
  readonly #told: Told;
  readonly #model: string;
  /** By name. */
  readonly #keys: ReadonlyMap<string, string>;

  private constructor(parts: { server: RunningServer; told: Told; model: string; keys: ReadonlyMap<string, string> }) {
    this.#server = parts.server;
    this.#told = parts.told;
    this.#model = parts.model;
    this.#keys = parts.keys;
  }

  /** @param folder where the file of keys is kept */
  static async open(model: string, folder: string): Promise<Office> {
    const file = join(folder, 'keys.yaml');
    rmSync(file, { force: true });
    const keys = new Map<string, string>();
    for (const name of branchNames()) keys.set(name, (await createApiKey({ file, name })).key);
    const told = await Told.open();
    const server = await serve({
      registry: true,
      keep: 'text',
      api_keys: file,
      port: 0,
      log: 'silent',
      monitor: { reference: 300, webhook: told.url },
    });
    return new Office({ server, told, model, keys });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    this.#told.close();
  }

  /** Classifies mails, one request each, some at once. @param keyOf the branch that asks */
  async sort(mails: readonly DatedMail[], keyOf = branchOf): Promise<Sorted[]> {
    const sorted: Sorted[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let place = next++; place < mails.length; place = next++) {
        const mail = mails[place];
        const key = keyOf(place);
        const body = { model: this.#model, input: mail.text };
        const { id, data } = await this.#post<{ id: string; data: { label: string }[] }>('/v1/classify', key, body);
        sorted[place] = { mail, key, id, label: data[0].label };
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return sorted;
  }

  /** Somebody of the branch says what each mail is. @returns the mails by the ids of what was said */
  async label(
    sorted: readonly Sorted[],
    labelOf: (mail: DatedMail) => string = ({ label }) => label,
  ): Promise<Map<string, DatedMail>> {
    const said = new Map<string, DatedMail>();
    for (const { id, key, mail } of sorted) {
      const feedback = { completion_id: id, label: labelOf(mail) };
      said.set((await this.#post<{ id: string }>('/v1/attune/feedback', key, feedback)).id, mail);
    }
    return said;
  }

  /** What the server told of changes of the mails or their classes, in one sentence each. */
  get alarms(): readonly string[] {
    return this.#told.messages;
  }

  async #post<Reply>(path: string, key: string, body: object): Promise<Reply> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.#keys.get(key)}` };
    const response = await fetch(`${this.#server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Reply;
  }
}

function branchNames(): string[] {
  return Array.from({ length: BRANCHES }, (_, place) => branchOf(place));
}

export function branchOf(place: number): string {
  return `branch-${String((place % BRANCHES) + 1).padStart(2, '0')}`;
}

/** Where the server sends its alarms. */
class Told {
  readonly messages: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#take(request).then(() => response.end());
    });
  }

  static async open(): Promise<Told> {
    const told = new Told();
    await new Promise<void>((resolve) => {
      told.#server.listen(0, '127.0.0.1', resolve);
    });
    return told;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #take(request: IncomingMessage): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { type, data } = JSON.parse(Buffer.concat(parts).toString('utf8')) as {
      type: string;
      data: { signal: string; message: string };
    };
    if (type === 'alarm.opened' && OF_MAILS.has(data.signal)) this.messages.push(data.message);
  }

  close(): void {
    this.#server.close();
  }
}
