/**
 * Messages between a coordinator and its sites: requests wait until the site polls, and replies until they are
 * complete.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { sha256 } from '../files/hash.ts';
import { readJson, writeJson } from '../files/json.ts';
import { PRIVATE_FILE } from '../files/private.ts';
import {
  idsOf,
  messageObject,
  objectsOf,
  readMessage,
  treeOf,
  type Content,
  type FlowerObject,
} from './flower/objects.ts';
import type { ObjectTree, WireMessage } from './flower/schema.ts';
import type { Asked, Sites } from './sites.ts';

export interface KnownSite {
  id: string;
  publicKey: string;
  title: string;
}

/** A received message: its id and its objects by id. */
interface Taken {
  id: string;
  objects: ReadonlyMap<string, Uint8Array>;
}

interface Waiting {
  message: FlowerObject;
  /** The message's objects by id. */
  objects: ReadonlyMap<string, Uint8Array>;
  wire: WireMessage;
  /** Whether the site has confirmed that it received the whole message. */
  isReceived: boolean;
  answer?: { id: string; missing: Set<string>; objects: Map<string, Uint8Array>; bytes: number };
  settle(answer: Taken | AttuneError): void;
}

/** Limits of an answer: number of objects, and total bytes. */
const MOST_OBJECTS = 20_000;
const MOST_BYTES = 2_000_000_000;
/** Seconds without a request after which a site counts as away. */
const AWAY_SECONDS = 90;
const RUN = '1';

export class Mailbox implements Sites {
  readonly #folder: string;
  readonly #sites: Map<string, KnownSite>;
  readonly #seen = new Map<string, number>();
  /** By site. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'answers'), { recursive: true });
    const file = this.#path('sites.json');
    this.#sites = new Map(existsSync(file) ? readJson<KnownSite[]>(file).map((site) => [site.id, site]) : []);
  }

  /** Adds a site, or finds it by its key. */
  register(publicKey: string, title: string): KnownSite {
    const known = this.siteOf(publicKey);
    if (known !== undefined) return known;
    const id = String(randomBytes(8).readBigUInt64LE() >> 1n);
    const site = { id, publicKey, title: title.slice(0, 80) };
    this.#sites.set(id, site);
    writeJson(this.#path('sites.json'), [...this.#sites.values()]);
    return site;
  }

  siteOf(publicKey: string): KnownSite | undefined {
    return [...this.#sites.values()].find((site) => site.publicKey.trim() === publicKey.trim());
  }

  /** Marks the site as present. A site that starts again receives its open request again. */
  activate(site: string): void {
    this.seen(site);
    const open = this.#waiting.get(site);
    if (open !== undefined) open.isReceived = false;
  }

  seen(site: string): void {
    this.#seen.set(site, Date.now());
  }

  leave(site: string): void {
    this.#seen.delete(site);
  }

  present(): readonly string[] {
    const since = Date.now() - AWAY_SECONDS * 1000;
    return [...this.#seen]
      .filter(([, at]) => at >= since)
      .map(([site]) => site)
      .sort();
  }

  publicKey(site: string): string {
    return this.#sites.get(site)!.publicKey;
  }

  title(site: string): string {
    return this.#sites.get(site)?.title ?? site;
  }

  async ask(requests: ReadonlyMap<string, Content>, asked: Asked): Promise<Map<string, Content | AttuneError>> {
    const answers = [...requests].map(
      async ([site, content]) => [site, await this.#askOne(site, content, asked)] as const,
    );
    return new Map(await Promise.all(answers));
  }

  #askOne(site: string, content: Content, asked: Asked): Promise<Content | AttuneError> {
    const kept = this.#kept(site, asked.key);
    if (kept !== undefined) return Promise.resolve(contentIn(kept));
    return new Promise((resolve) => {
      const message = this.#messageFor(site, content, asked);
      const until = Date.now() + asked.seconds * 1000;
      const settle = (answer: Content | AttuneError) => {
        clearInterval(watch);
        this.#waiting.delete(site);
        resolve(answer);
      };
      const watch = setInterval(() => {
        if (asked.signal.aborted) settle(silent('the coordinator stopped'));
        else if (Date.now() > until) settle(silent(`no answer within ${asked.seconds} seconds`));
        else if (!this.present().includes(site)) settle(silent(`no sign of life for ${AWAY_SECONDS} seconds`));
      }, 100);
      const metadata = { ...message.metadata, message_id: message.object.id };
      this.#waiting.set(site, {
        message: message.object,
        objects: objectsOf(message.object),
        wire: { metadata, content: {} },
        isReceived: false,
        settle: (answer) => settle(answer instanceof AttuneError ? answer : this.#take(site, asked.key, answer)),
      });
    });
  }

  #messageFor(site: string, content: Content, { round, type, seconds }: Asked) {
    const metadata = {
      run_id: RUN,
      message_id: '',
      src_node_id: '1',
      dst_node_id: site,
      reply_to_message_id: '',
      group_id: String(round),
      ttl: seconds,
      message_type: type,
      created_at: Date.now() / 1000,
    };
    return { metadata, object: messageObject({ metadata, content }) };
  }

  /** Pending request of a site, unless the site has confirmed it. */
  pull(site: string): { messages: WireMessage[]; trees: ObjectTree[] } {
    const open = this.#waiting.get(site);
    if (open === undefined || open.isReceived) return { messages: [], trees: [] };
    return { messages: [open.wire], trees: [treeOf(open.message)] };
  }

  object(site: string, id: string): Uint8Array | undefined {
    return this.#waiting.get(site)?.objects.get(id);
  }

  received(site: string, message: string): void {
    const open = this.#waiting.get(site);
    if (open?.message.id === message) open.isReceived = true;
  }

  /** Announces an answer. @returns the ids of objects to upload; undefined if the site has no such pending request */
  announce(site: string, { metadata, error }: WireMessage, tree: ObjectTree | undefined): string[] | undefined {
    const open = this.#waiting.get(site);
    if (open === undefined || metadata.reply_to_message_id !== open.message.id) return undefined;
    if (error != null && error.reason !== '') {
      open.settle(
        new AttuneError('E_FEDERATED_SITE', { what: `The site could not answer: ${error.reason.slice(0, 500)}` }),
      );
      return [];
    }
    const ids = tree === undefined ? [] : [...new Set(idsOf(tree))];
    if (tree === undefined || ids.length > MOST_OBJECTS) return undefined;
    open.answer = { id: tree.object_id, missing: new Set(ids), objects: new Map(), bytes: 0 };
    return ids;
  }

  /** @returns false for an object that no pending answer lacks, or beyond the size limit */
  push(site: string, id: string, bytes: Uint8Array): boolean {
    const open = this.#waiting.get(site);
    const { answer } = open ?? {};
    if (answer === undefined || !answer.missing.has(id) || sha256(bytes) !== id) return false;
    answer.bytes += bytes.length;
    if (answer.bytes > MOST_BYTES) return false;
    answer.objects.set(id, bytes);
    answer.missing.delete(id);
    if (answer.missing.size > 0) return true;
    open!.settle(answer);
    return true;
  }

  /**
   * Decodes an answer and stores it, so that a restarted coordinator need not ask again; an invalid one is not stored.
   */
  #take(site: string, key: string, taken: Taken): Content | AttuneError {
    const content = contentIn(taken);
    if (content instanceof AttuneError) return content;
    const objects = [...taken.objects].map(([id, bytes]) => [id, Buffer.from(bytes).toString('base64')]);
    const kept: KeptAnswer = { id: taken.id, objects: Object.fromEntries(objects) as KeptAnswer['objects'] };
    writeFileAtomic(this.#answerPath(site, key), JSON.stringify(kept), PRIVATE_FILE);
    return content;
  }

  #kept(site: string, key: string): Taken | undefined {
    const path = this.#answerPath(site, key);
    if (!existsSync(path)) return undefined;
    const { id, objects } = readJson<KeptAnswer>(path);
    return { id, objects: new Map(Object.entries(objects).map(([own, text]) => [own, Buffer.from(text, 'base64')])) };
  }

  /** Deletes the answers of finished rounds. */
  forget(): void {
    rmSync(this.#path('answers'), { recursive: true, force: true });
    mkdirSync(this.#path('answers'), { recursive: true });
  }

  #answerPath(site: string, key: string): string {
    return join(this.#folder, 'answers', `${key}-${site}.json`);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

/** Objects by id, base64. */
interface KeptAnswer {
  id: string;
  objects: Record<string, string>;
}

function contentIn({ id, objects }: Taken): Content | AttuneError {
  try {
    const { content } = readMessage(id, objects);
    return content ?? silent('an answer without content');
  } catch (error) {
    return error instanceof AttuneError ? error : silent(`an answer that cannot be read: ${(error as Error).message}`);
  }
}

function silent(got: string): AttuneError {
  return new AttuneError('E_FEDERATED_SITE', { what: 'A site did not answer', got });
}
