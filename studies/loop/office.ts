import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { keys, serve, type RunningServer, type VersionReport } from '../../src/app/index.ts';
import { attuneHome } from '../../src/base/home.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import { openDatabase } from '../../src/store/index-database.ts';
import { keyMigrations } from '../../src/monitoring/traces/migrations.ts';
import type { KeyTables } from '../../src/monitoring/traces/traces-tables.ts';
import type { DatedMail } from '../data/dated-mail.ts';
import type { MailTime } from './mail-time.ts';

/** A classified email, with the id for feedback. */
export interface Sorted {
  mail: DatedMail;
  /** Name of the requesting API key. */
  key: string;
  id: string;
  /** The model's answer. */
  label: string;
  /** `spam@2` */
  version: string;
}

export type Alarm = VersionReport['alarms'][number];

/** Branches with a key each: no key may contribute more than 5 % of the training rows. */
const BRANCHES = 25;
const ADMIN = 'postmaster';
/**
 * The topics of a mailbox and the share of spam change every week without making answers worse. Times depend on the
 * machine; the language is measured for one email in four, chosen by a random number that differs between runs.
 */
const IGNORED = ['topic', 'unlike', 'classes', 'milliseconds', 'first_part', 'language', 'unusual_text'] as const;

/** A company whose branches have their emails classified by one served model. */
export class Office implements AsyncDisposable {
  readonly #server: RunningServer;
  readonly #time: MailTime;
  readonly #model: string;
  /** By name. */
  readonly #keys: ReadonlyMap<string, string>;
  #requests = 0;

  private constructor(parts: { server: RunningServer; time: MailTime; model: string; keys: Map<string, string> }) {
    this.#server = parts.server;
    this.#time = parts.time;
    this.#model = parts.model;
    this.#keys = parts.keys;
  }

  /** @param folder folder of the file of keys */
  static async open(model: string, { folder, time }: { folder: string; time: MailTime }): Promise<Office> {
    const file = join(folder, 'keys.yaml');
    rmSync(file, { force: true });
    const clientKeys = new Map<string, string>();
    for (const name of branchNames()) clientKeys.set(name, (await keys.create(name, { file })).key);
    clientKeys.set(ADMIN, (await keys.create(ADMIN, { file, admin: true })).key);
    await writeSecret();
    const server = await serve({
      registry: true,
      keep: 'text',
      apiKeys: file,
      port: 0,
      settings: { log: 'silent', monitor: { reference: 300, ignore: [...IGNORED] } },
    });
    return new Office({ server, time, model, keys: clientKeys });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }

  /** Classifies emails in order, with one request each. @param keyOf the branch that sends the request */
  async sort(mails: readonly DatedMail[], keyOf?: () => string): Promise<Sorted[]> {
    const sorted: Sorted[] = [];
    for (const mail of mails) {
      this.#time.moveTo(mail.at);
      const key = keyOf?.() ?? branchOf(this.#requests++);
      sorted.push({ mail, key, ...(await this.#classify(key, this.#model, mail.text)) });
    }
    return sorted;
  }

  /** Sends a warm-up email to a version, so that it is loaded. */
  async load(version: string, { text }: DatedMail): Promise<void> {
    await this.#classify(ADMIN, version, text);
  }

  async #classify(key: string, model: string, input: string): Promise<Pick<Sorted, 'id' | 'label' | 'version'>> {
    const response = await this.#ask('/v1/classify', key, { model, input });
    const { id, data } = (await response.json()) as { id: string; data: { label: string }[] };
    return { id, label: data[0].label, version: response.headers.get('x-attune-model-version')! };
  }

  /** People of the branch send the correct class of each email. @returns the ids of their feedback */
  async label(sorted: readonly Sorted[], labelOf = ({ label }: DatedMail): string => label): Promise<Set<string>> {
    const said = new Set<string>();
    for (const { id, key, mail } of sorted) {
      this.#time.tick();
      const feedback = { completion_id: id, label: labelOf(mail) };
      said.add(((await (await this.#ask('/v1/attune/feedback', key, feedback)).json()) as { id: string }).id);
    }
    return said;
  }

  /** The open traces, once all emails so far have been written. */
  async alarms(): Promise<Alarm[]> {
    const { data } = (await (await this.#ask('/v1/attune/monitor', ADMIN)).json()) as { data: VersionReport[] };
    return data.flatMap(({ alarms }) => alarms).filter(({ resolvedAt }) => resolvedAt === undefined);
  }

  async #ask(path: string, key: string, body?: object): Promise<Response> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.#keys.get(key)}` };
    const sent = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${this.#server.url}${path}`, sent);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}

const SECRET_BYTES = 32;

/** The same in every run: the replacements for names in stored texts, which are trained on, depend on it. */
async function writeSecret(): Promise<void> {
  const folder = join(attuneHome(), 'watch');
  makeFolders(folder);
  const keys = await openDatabase<KeyTables>(join(folder, 'keys.sqlite'), keyMigrations);
  await keys
    .insertInto('secrets')
    .values({ name: 'secret', value: Buffer.alloc(SECRET_BYTES, 'loop') })
    .execute();
  await keys.destroy();
}

function branchNames(): string[] {
  return Array.from({ length: BRANCHES }, (_, place) => branchOf(place));
}

export function branchOf(place: number): string {
  return `branch-${String((place % BRANCHES) + 1).padStart(2, '0')}`;
}
