/** Redacts rows in order; with many rows detection runs in threads. */
import { takeTurn, unlessStopped } from '../../base/turn.ts';
import { usualThreads } from '../../base/threads.ts';
import type { Finding, OpenedRow, Redactor } from '@attune/privacy';
import { DetectorPool } from './detector-pool.ts';

export interface RedactRowsOptions {
  /** Number of detector threads; default: one per core, none on a single core. */
  threads?: number;
  /** Checked between rows. */
  signal?: AbortSignal;
  /** Characters examined in this thread before others are started, which costs half a second. */
  before?: number;
}

/** Characters per batch, and concurrent batches per thread. */
const BATCH_CHARACTERS = 1 << 17;
const BATCHES = 3;
const BEFORE = 1 << 20;
/** Milliseconds of detection in this thread before yielding. */
const BETWEEN_TURNS = 100;

interface Batch<One> {
  items: One[];
  rows: OpenedRow[];
  found: Promise<Finding[][][]>;
}

/**
 * Each item with its redacted row, in order, independent of the number of threads: threads only detect, and tags are
 * assigned here. User-defined recognisers are functions, which cannot be sent to threads; with them everything runs
 * here.
 */
export async function* redactRows<One>(
  items: AsyncIterable<One>,
  { redactor, valuesOf }: { redactor: Redactor; valuesOf: (item: One) => Record<string, unknown> },
  { threads = usualThreads(), before = BEFORE, signal }: RedactRowsOptions = {},
): AsyncGenerator<{ item: One; values: Record<string, unknown> }> {
  const most = redactor.hasOwnRecognisers ? 0 : threads;
  await using finder = new Finder(redactor, { threads: most, before, signal });
  const open: Batch<One>[] = [];
  let batch: Omit<Batch<One>, 'found'> & { characters: number } = { items: [], rows: [], characters: 0 };
  const send = (): void => {
    const { items: some, rows } = batch;
    open.push({ items: some, rows, found: finder.find(rows) });
    batch = { items: [], rows: [], characters: 0 };
  };
  for await (const item of items) {
    const row = redactor.open(valuesOf(item));
    batch.items.push(item);
    batch.rows.push(row);
    batch.characters += row.characters;
    if (batch.characters < BATCH_CHARACTERS) continue;
    send();
    while (open.length > finder.window) yield* closed(open.shift()!, redactor, signal);
  }
  if (batch.items.length > 0) send();
  while (open.length > 0) yield* closed(open.shift()!, redactor, signal);
}

async function* closed<One>({ items, rows, found }: Batch<One>, redactor: Redactor, signal?: AbortSignal) {
  for (const [index, findings] of (await unlessStopped(found, signal)).entries()) {
    yield { item: items[index], values: redactor.close(rows[index], findings) };
  }
}

/** Detects in this thread at first, and in worker threads once there is enough text. */
class Finder implements AsyncDisposable {
  readonly #redactor: Redactor;
  readonly #threads: number;
  readonly #signal?: AbortSignal;
  #left: number;
  #pool: DetectorPool | undefined;
  #isWarm = false;

  constructor(redactor: Redactor, { threads = 0, before = BEFORE, signal }: RedactRowsOptions) {
    this.#redactor = redactor;
    this.#threads = threads;
    this.#left = before;
    this.#signal = signal;
  }

  get window(): number {
    return this.#pool === undefined ? 0 : BATCHES * this.#threads;
  }

  find(rows: readonly OpenedRow[]): Promise<Finding[][][]> {
    if (this.#threads === 0 || this.#left > 0) {
      this.#left -= rows.reduce((sum, { characters }) => sum + characters, 0);
      return this.#findHere(rows);
    }
    this.#pool ??= new DetectorPool(this.#threads, this.#redactor.threadData);
    const found = this.#pool.find(rows.map(({ labelled }) => labelled));
    // Awaited later; until then a rejection must not count as unhandled.
    found.catch(() => undefined);
    return found;
  }

  async #findHere(rows: readonly OpenedRow[]): Promise<Finding[][][]> {
    const found: Finding[][][] = [];
    if (!this.#isWarm) await this.#redactor.warmUp(rows[0]?.labelled ?? [], this.#signal);
    this.#isWarm = true;
    let rested = performance.now();
    for (const { labelled } of rows) {
      found.push(this.#redactor.find(labelled));
      if (performance.now() - rested < BETWEEN_TURNS) continue;
      await takeTurn(this.#signal);
      rested = performance.now();
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.[Symbol.asyncDispose]();
  }
}
