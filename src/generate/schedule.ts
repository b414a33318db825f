import { BLOCK_TOKENS, type BlockPool, type Prefix } from './block-pool.ts';
import type { Reading } from './reader.ts';
import { Sequence, type AnswerTokenizer } from './sequence.ts';
import type { Submission } from './submission.ts';

/** How far ahead the queue is searched for prompts whose beginning nobody else is reading just now. */
const LOOK_AHEAD = 256;

interface Active {
  sequence: Sequence;
  submission: Submission;
}

interface Waiting {
  submission: Submission;
  /** Which of its samples. */
  sample: number;
}

/** Who waits, who takes part, and what the next pass reads. */
export class Schedule {
  readonly #pool: BlockPool;
  readonly #tokenizer: AnswerTokenizer; // unless an adapter has another
  readonly #limits: { maxSequences: number; maxPassTokens: number };
  #waiting: Waiting[] = [];
  #active: Active[] = [];
  #mustTidy = false;

  constructor(pool: BlockPool, tokenizer: AnswerTokenizer, limits: { maxSequences: number; maxPassTokens: number }) {
    this.#pool = pool;
    this.#tokenizer = tokenizer;
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#active.length === 0;
  }

  /** Takes part, and was not given up. */
  has(sequence: Sequence): boolean {
    return this.#active.some((active) => active.sequence === sequence);
  }

  add(submission: Submission): void {
    for (let sample = 0; sample < submission.request.n; sample++) this.#waiting.push({ submission, sample });
  }

  /**
   * Lets waiting samples in, first come first served, while there is room for the longest that they may become.
   *
   * A sample whose prompt begins with tokens that another one is reading waits until they are read, and others pass it.
   * @returns prompt tokens that need not be read
   */
  admit(): number {
    this.#tidy();
    const { maxSequences } = this.#limits;
    let shared = 0;
    for (let at = 0; at < Math.min(this.#waiting.length, LOOK_AHEAD) && this.#active.length < maxSequences;) {
      const { request, root = this.#pool.newRoot() } = this.#waiting[at].submission;
      const { blocks, isPending } = this.#pool.match(request.prompt, root);
      if (isPending) {
        at++;
        continue;
      }
      if (blocksFor(request) - blocks.length + this.#pool.idleAmong(blocks) > this.#pool.available) break;
      const [entry] = this.#waiting.splice(at, 1);
      shared += this.#enter(entry, blocks, root);
    }
    return shared;
  }

  #enter({ submission, sample }: Waiting, shared: readonly number[], root: Prefix): number {
    const { request, onText } = submission;
    if (submission.isOver) return 0;
    try {
      const tokenizer = request.adapter?.adapter.tokenizer ?? this.#tokenizer;
      const sequence = new Sequence(request, sample, { tokenizer, onText });
      sequence.settle(this.#pool, shared, root);
      this.#active.push({ sequence, submission });
      return sequence.read;
    } catch (error) {
      this.giveUp(submission, error); // its constraint cannot be made
      return 0;
    }
  }

  /** Rows whose keys were made for a length that they have left are read again from their start. */
  forgetOutdated(outdates: (from: number, to: number) => boolean): void {
    for (const { sequence } of this.#active) if (outdates(sequence.readAs, sequence.known)) sequence.forget();
  }

  /** What the cache holds counts for nothing any more: rows under way are read again from their start. */
  forgetAll(): void {
    this.#pool.forgetContents();
    for (const { sequence } of this.#active) sequence.forget();
  }

  /** Forgets what one adapter read. @returns blocks of it */
  forgetDomain(domain: number): number {
    return this.#pool.forgetContents(domain);
  }

  /** One token of each answer, and as much of the prompts as the pass has room for, the first come first. */
  plan(): Reading[] {
    const answering = this.#active.filter(({ sequence }) => sequence.known - sequence.read === 1).length;
    let room = Math.max(BLOCK_TOKENS, this.#limits.maxPassTokens - answering);
    const readings: Reading[] = [];
    for (const { sequence } of this.#active) {
      const unread = sequence.known - sequence.read;
      const count = unread === 1 ? 1 : Math.min(unread, room);
      if (unread > 1) room -= count;
      if (count > 0) readings.push({ sequence, count });
    }
    return readings;
  }

  /** The tokens of a pass are in the cache. */
  markRead(readings: readonly Reading[]): void {
    for (const { sequence, count } of readings) sequence.markRead(this.#pool, count);
  }

  /** Lets go of answers that are complete. */
  settleFinished(): void {
    const isFinished = ({ sequence }: Active) => sequence.finishReason !== undefined;
    for (const { sequence, submission } of this.#active.filter(isFinished)) {
      this.#release(sequence);
      submission.finish(sequence);
    }
    this.#active = this.#active.filter((active) => !isFinished(active));
  }

  #release({ blocks, row }: Sequence): void {
    this.#pool.release(blocks);
    this.#pool.releaseRow(row);
  }

  /** Gives up a submission, whatever has become of it. */
  giveUp(submission: Submission, reason: unknown): void {
    if (submission.isOver) return;
    for (const active of this.#active) if (active.submission === submission) this.#release(active.sequence);
    this.#active = this.#active.filter((active) => active.submission !== submission);
    this.#mustTidy = true;
    submission.giveUp(reason);
  }

  giveUpAll(reason: unknown): void {
    for (const { submission } of [...this.#active, ...this.#waiting]) this.giveUp(submission, reason);
    this.#tidy();
  }

  /** Forgets waiting samples of what was given up: once for all of them, which may be thousands. */
  #tidy(): void {
    if (this.#mustTidy) this.#waiting = this.#waiting.filter(({ submission }) => !submission.isOver);
    this.#mustTidy = false;
  }

  /** Gives up the submission that a sequence belongs to. */
  giveUpOf(sequence: Sequence, reason: unknown): void {
    for (const active of this.#active.filter((one) => one.sequence === sequence))
      this.giveUp(active.submission, reason);
  }
}

/** Blocks for a prompt with the longest answer that it may get. */
export function blocksFor(request: { prompt: Int32Array; maxNewTokens: number }): number {
  return Math.ceil((request.prompt.length + request.maxNewTokens) / BLOCK_TOKENS);
}
