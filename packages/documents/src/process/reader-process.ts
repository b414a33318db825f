import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { isSilence, Killable, moduleBeside, type Silence } from '@attune/base/killable';
import { limitedProcess, processEnd, Window } from '@attune/base/limited-process';
import { isPostgresUrl } from '@attune/base/postgres-url';
import type { SkipReason } from '../outcome.ts';
import type { FromReader, ReadJob } from './protocol.ts';
import { WITH_NETWORK } from './protocol.ts';

/** How a reader process ended in the middle of a file. */
export interface ReaderEnd {
  reason: SkipReason;
  message: string;
  /** The current entry, within an archive. */
  entry?: string;
}

export interface ReaderWatch {
  onMessage(message: FromReader): void;
  /** The file is finished; with `end` if the process died. */
  onEnd(end?: ReaderEnd): void;
}

const MOST_ROOTS = 16;

/**
 * A process that reads files for its parent, one at a time. It may read the requested folders, write only to its own
 * folder, and start nothing. It has no network, unless it reads a database, and then no files. It is killed if it is
 * silent for too long or grows too large, and restarted for the next file.
 */
export class ReaderProcess {
  readonly #folder: string;
  readonly #process: Killable<FromReader>;
  #window: Window;
  #job: ReadJob | undefined;
  /** Folders that the process may read. */
  #roots: readonly string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    this.#process = new Killable((listener) => this.#start(this.#job!)(listener));
    this.#window = new Window(this.#process);
  }

  start(job: ReadJob, watch: ReaderWatch): void {
    this.#job = job;
    void this.#read(job, watch);
  }

  async #read(job: ReadJob, watch: ReaderWatch): Promise<void> {
    const window = (this.#window = new Window(this.#process));
    let entry: string | undefined;
    if (!this.#allows(job.root)) await this.#process.stop();
    if (this.#job !== job) return;
    const heard = await this.#process.ask(
      { type: 'read', job },
      {
        seconds: job.limits.seconds,
        isPaused: () => window.isFull,
        isAnswer(message) {
          if (message.type === 'documents') window.unused++;
          if (message.type === 'alive') entry = message.entry === '' ? undefined : (message.entry ?? entry);
          if (message.type !== 'done') watch.onMessage(message);
          return message.type === 'done';
        },
      },
    );
    if (this.#job !== job) return;
    this.#job = undefined;
    if (!isSilence(heard)) return watch.onEnd();
    watch.onEnd({ ...endOf(heard, job), ...(entry !== undefined && { entry }) });
  }

  /** A batch of documents was consumed. */
  more(): void {
    this.#window.use();
  }

  close(): void {
    this.#job = undefined;
    void this.#process.stop();
  }

  #start({ limits, choices, root }: ReadJob) {
    const isDatabase = isPostgresUrl(root);
    const reads = isDatabase ? databaseFiles(root) : this.#roots;
    return limitedProcess(moduleBeside('./main', import.meta.url), {
      limits,
      rights: {
        reads: [this.#folder, ...reads],
        writes: [this.#folder],
        // Native libraries decode pictures and run queries.
        addons: choices.ocr || choices.sql !== undefined,
        network: isDatabase,
      },
      args: isDatabase ? [WITH_NETWORK] : [],
      environment: { TMPDIR: this.#folder, ...(isDatabase && databaseVariables()) },
    });
  }

  /**
   * Whether the current process may read a file; a new folder requires a new process, which may read the previous
   * folders too.
   */
  #allows(root: string): boolean {
    if (this.#roots.some((one) => root === one || root.startsWith(one.endsWith(sep) ? one : one + sep))) return true;
    this.#roots = [...(isPostgresUrl(root) || isPostgresUrl(this.#roots[0] ?? '') ? [] : this.#roots), root].slice(
      -MOST_ROOTS,
    );
    return false;
  }
}

function endOf(silence: Silence, { limits }: ReadJob): Omit<ReaderEnd, 'entry'> {
  // A slow start on a busy machine is not the file's fault.
  if (silence.type === 'timeout' && silence.isStarting)
    return { reason: 'crashed', message: 'its reader did not start' };
  const { reason, message } = processEnd(silence, limits);
  return { reason, message };
}

/** Environment variables of a PostgreSQL client. */
function databaseVariables(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('PG') || name === 'HOME');
  return Object.fromEntries(names.map((name) => [name, process.env[name]!]));
}

/** Files with passwords and certificates of a PostgreSQL client. */
function databaseFiles(url: string): string[] {
  const named = [...(URL.parse(url)?.searchParams ?? [])].flatMap(([name, value]) =>
    /^ssl(cert|key|rootcert)$/.test(name) ? [value] : [],
  );
  const { PGPASSFILE, PGSSLCERT, PGSSLKEY, PGSSLROOTCERT } = process.env;
  const usual = [join(homedir(), '.pgpass'), join(homedir(), '.postgresql')];
  return [...usual, ...named, PGPASSFILE, PGSSLCERT, PGSSLKEY, PGSSLROOTCERT].filter((path) => path !== undefined);
}
