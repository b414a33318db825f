import { fork, type ChildProcess } from 'node:child_process';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endOf, limitingArguments, moduleBeside, outOfMemory, residentBytes } from '@attune/base/limited-process';
import { isPostgresUrl } from '@attune/base/postgres-url';
import { defaultLimits } from '../limits.ts';
import type { SkipReason } from '../outcome.ts';
import type { FromReader, ReadJob, ToReader } from './protocol.ts';
import { WINDOW, WITH_NETWORK } from './protocol.ts';

/** How a reader's process came to its end in the middle of a file. */
export interface ReaderEnd {
  reason: SkipReason;
  message: string;
  /** Its current entry, within an archive. */
  entry?: string;
}

export interface ReaderWatch {
  onMessage(message: FromReader): void;
  /** The file is done with; with `end`, because the process died of it. */
  onEnd(end?: ReaderEnd): void;
}

const START_SECONDS = 60;
const LOOK_MILLISECONDS = 250;
const WORDS_KEPT = 400;
const MOST_ROOTS = 16;

/**
 * A process that reads files for this one, one at a time. It may read what lies in the folders that were asked for, write
 * to its own folder only and start nothing; it has no network, unless it reads a database, and then no files. It is
 * killed when it says nothing for too long or grows too large, and started again for the next file.
 */
export class ReaderProcess {
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #job: { job: ReadJob; watch: ReaderWatch } | undefined;
  #unused = 0;
  #heardAt = 0;
  #isReady = false;
  #entry: string | undefined;
  #words = '';
  #timer: NodeJS.Timeout | undefined;
  /** Folders that the process may read from. */
  #roots: readonly string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  start(job: ReadJob, watch: ReaderWatch): void {
    this.#job = { job, watch };
    this.#entry = undefined;
    this.#unused = 0;
    this.#heardAt = Date.now();
    if (!this.#allows(job.root)) this.#drop();
    this.#child ??= this.#fork(job);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MILLISECONDS).unref();
    this.#post({ type: 'read', job });
  }

  /** One batch of documents has been used. */
  more(): void {
    if (this.#unused === WINDOW) this.#heardAt = Date.now();
    this.#unused--;
    this.#post({ type: 'more' });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#job = undefined;
    this.#drop();
  }

  #drop(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
  }

  #post(message: ToReader): void {
    // A failure means that the process is gone, which 'close' says.
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  #fork({ limits, choices, root }: ReadJob): ChildProcess {
    const isDatabase = isPostgresUrl(root);
    const reads = isDatabase ? databaseFiles(root) : this.#roots;
    // Pictures are decoded by a library in native code.
    const rights = {
      reads: [this.#folder, ...reads],
      writes: [this.#folder],
      addons: choices.ocr,
      network: isDatabase,
    };
    const child = fork(fileURLToPath(moduleBeside('./main', import.meta.url)), isDatabase ? [WITH_NETWORK] : [], {
      execArgv: limitingArguments(limits, rights),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, TMPDIR: this.#folder, ...(isDatabase && databaseVariables()) },
    });
    this.#words = '';
    this.#isReady = false;
    child.stderr?.on('data', (data: Buffer) => {
      this.#words = (this.#words + data.toString('utf8')).slice(-WORDS_KEPT);
    });
    child.on('message', (message) => child === this.#child && this.#receive(message as FromReader));
    child.on('error', (error) => child === this.#child && this.#end({ reason: 'crashed', message: error.message }));
    child.on('close', (code, signal) => child === this.#child && this.#end(this.#deathOf(code, signal)));
    return child;
  }

  #receive(message: FromReader): void {
    this.#heardAt = Date.now();
    if (message.type === 'ready') this.#isReady = true;
    if (message.type === 'documents') this.#unused++;
    if (message.type === 'alive') this.#entry = message.entry === '' ? undefined : (message.entry ?? this.#entry);
    const job = this.#job;
    if (message.type !== 'done') return job?.watch.onMessage(message);
    this.#job = undefined;
    job?.watch.onEnd();
  }

  /** The process has died, or is given up: reports its current entry; the next file gets a new process. */
  #end(end: Omit<ReaderEnd, 'entry'>): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    const job = this.#job;
    this.#job = undefined;
    job?.watch.onEnd({ ...end, ...(this.#entry !== undefined && { entry: this.#entry }) });
  }

  #look(): void {
    if (this.#job === undefined || this.#child === undefined) return;
    const { seconds, memoryBytes } = this.#job.job.limits;
    // It waits for its user where every batch that it may have under way is unused.
    const isWaiting = this.#unused >= WINDOW;
    const silent = (Date.now() - this.#heardAt) / 1000;
    if (!this.#isReady) {
      // A busy machine is not the file's fault.
      if (silent > START_SECONDS) this.#end({ reason: 'crashed', message: 'its reader did not start' });
      return;
    }
    if (!isWaiting && silent > seconds) {
      return this.#end({ reason: 'too-slow', message: `nothing came of it for ${seconds} s` });
    }
    if (residentBytes(this.#child.pid) > memoryBytes) {
      const { reason, message } = outOfMemory(memoryBytes);
      this.#end({ reason, message });
    }
  }

  #deathOf(code: number | null, signal: NodeJS.Signals | null): Omit<ReaderEnd, 'entry'> {
    const limits = this.#job?.job.limits ?? defaultLimits;
    const { reason, message } = endOf({ code, signal, words: this.#words, limits });
    return { reason, message };
  }

  /** Whether the process that there is may read a file; a new folder makes a new process, which may read the last ones too. */
  #allows(root: string): boolean {
    if (this.#roots.some((one) => root === one || root.startsWith(one.endsWith(sep) ? one : one + sep))) return true;
    this.#roots = [...(isPostgresUrl(root) || isPostgresUrl(this.#roots[0] ?? '') ? [] : this.#roots), root].slice(
      -MOST_ROOTS,
    );
    return false;
  }
}

/** Environment variables of a PostgreSQL client. */
function databaseVariables(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('PG') || name === 'HOME');
  return Object.fromEntries(names.map((name) => [name, process.env[name]!]));
}

/** Where a PostgreSQL client looks for passwords and certificates. */
function databaseFiles(url: string): string[] {
  const named = [...(URL.parse(url)?.searchParams ?? [])].flatMap(([name, value]) =>
    /^ssl(cert|key|rootcert)$/.test(name) ? [value] : [],
  );
  const { PGPASSFILE, PGSSLCERT, PGSSLKEY, PGSSLROOTCERT } = process.env;
  const usual = [join(homedir(), '.pgpass'), join(homedir(), '.postgresql')];
  return [...usual, ...named, PGPASSFILE, PGSSLCERT, PGSSLKEY, PGSSLROOTCERT].filter((path) => path !== undefined);
}
