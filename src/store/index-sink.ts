import type { RunEvent, StampedEvent } from '../base/events.ts';
import { openIndex, type Index } from './index-database.ts';
import { recordRunModels } from './model-records.ts';
import type { RunSink } from './run-sink.ts';
import { recordRun } from './run-records.ts';
import { isFinal, recordEvent, type RunSummary } from './run-summary.ts';

/** A run may take many steps per second; the index is updated at this interval. */
const STEP_INTERVAL_MS = 2_000;

/**
 * Keeps the index up to date with one run. Writes are asynchronous and never stop the run: the index can be rebuilt
 * from the folder. `fail` is called with the first failure only.
 */
export class IndexSink implements RunSink {
  readonly #summary: RunSummary;
  readonly #index: Promise<Index>;
  readonly #fail: (error: unknown) => void;
  #writes: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #isDue = false;
  #writtenAt = 0;

  /** `summary`: state from the folder's earlier events, for a resumed run. */
  constructor(summary: RunSummary, fail: (error: unknown) => void, index: Promise<Index> = openIndex()) {
    this.#summary = summary;
    this.#fail = fail;
    this.#index = index;
    index.catch(() => undefined);
  }

  record(event: StampedEvent): void {
    recordEvent(this.#summary, event);
    const isEarly = isFrequent(event) && Date.now() - this.#writtenAt < STEP_INTERVAL_MS;
    if (this.#isDue || isEarly) return;
    this.#isDue = true;
    this.#writes = this.#writes.then(() => this.#write(isFinal(event)));
  }

  /** Waits for pending writes and returns the index; frequent events may not be in it yet. */
  async settled(): Promise<Index> {
    await this.#writes;
    return this.#index;
  }

  /** Waits for the last write and closes the index. */
  async close(): Promise<void> {
    this.#writes = this.#writes.then(() => this.#write(true));
    await this.#writes;
    await this.#index.then((index) => index.destroy()).catch(() => undefined);
  }

  async #write(withModels: boolean): Promise<void> {
    this.#isDue = false;
    this.#writtenAt = Date.now();
    if (this.#hasFailed || this.#summary.createdAt === 0) return;
    try {
      const index = await this.#index;
      await recordRun(index, this.#summary);
      if (withModels) await recordRunModels(index, this.#summary);
    } catch (error) {
      this.#hasFailed = true;
      this.#fail(error);
    }
  }
}

function isFrequent(event: RunEvent): boolean {
  return event.type === 'step-finished' || event.type === 'work-advanced';
}
