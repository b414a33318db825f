import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SkipReason } from '../outcome.ts';
import type { FromReader, ReadJob, ToReader } from './protocol.ts';
import { WINDOW } from './protocol.ts';

/** How a reader's process came to its end in the middle of a file. */
export interface ReaderEnd {
  reason: SkipReason;
  message: string;
  /** What it was at, within an archive. */
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

/** main.ts of the checkout, main.js of the published package. */
function readerEntry(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url));
}

/**
 * A process that reads files for this one, one at a time. It may write to its own folder only and start nothing; it is
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

  constructor(folder: string) {
    this.#folder = folder;
  }

  start(job: ReadJob, watch: ReaderWatch): void {
    this.#job = { job, watch };
    this.#entry = undefined;
    this.#unused = 0;
    this.#heardAt = Date.now();
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
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
  }

  #post(message: ToReader): void {
    // A failure means that the process is gone, which 'close' says.
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  #fork({ limits, choices }: ReadJob): ChildProcess {
    const heap = Math.floor(limits.memoryBytes / 2 ** 20);
    const execArgv = [
      '--permission',
      '--allow-fs-read=*',
      `--allow-fs-write=${this.#folder}`,
      '--allow-worker',
      // Pictures are decoded by a library in native code.
      ...(choices.ocr ? ['--allow-addons'] : []),
      `--max-old-space-size=${heap}`,
      // Garbage is collected sooner than it would be: it would be some hundred megabytes in each reader.
      '--max-semi-space-size=8',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=SecurityWarning',
    ];
    const child = fork(readerEntry(), [], {
      execArgv,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, TMPDIR: this.#folder, ...databaseVariables() },
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

  /** The process is gone, or is given up: what it was at is told, and the next file gets a new one. */
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
      // That the machine is busy is no file's fault.
      if (silent > START_SECONDS) this.#end({ reason: 'crashed', message: 'its reader did not start' });
      return;
    }
    if (!isWaiting && silent > seconds) {
      return this.#end({ reason: 'too-slow', message: `nothing came of it for ${seconds} s` });
    }
    if (residentBytes(this.#child.pid) > memoryBytes) this.#end(OUT_OF_MEMORY(memoryBytes));
  }

  #deathOf(code: number | null, signal: NodeJS.Signals | null): Omit<ReaderEnd, 'entry'> {
    const isHeap = /heap out of memory|heap limit|allocation failed/i.test(this.#words);
    if (isHeap && this.#job !== undefined) return OUT_OF_MEMORY(this.#job.job.limits.memoryBytes);
    const words = this.#words.trim().split('\n').at(-1) ?? '';
    return { reason: 'crashed', message: words === '' ? `its reader ended with ${signal ?? code}` : words };
  }
}

function OUT_OF_MEMORY(bytes: number): Omit<ReaderEnd, 'entry'> {
  return { reason: 'out-of-memory', message: `more than ${Math.round(bytes / 2 ** 20)} MiB` };
}

/** Elsewhere than on Linux only the heap is limited. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

/** What a PostgreSQL client reads from its environment. */
function databaseVariables(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('PG') || name === 'HOME');
  return Object.fromEntries(names.map((name) => [name, process.env[name]!]));
}
