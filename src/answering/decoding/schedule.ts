import { smallest } from '../../base/many.ts';
import { BLOCK_TOKENS, type BlockPool, type Prefix, type PrefixMatch } from './block-pool.ts';
import type { StateCopy } from './paged-cache.ts';
import { Sequence, type Reading } from './sequence.ts';
import type { Submission } from './submission.ts';
import type { AnswerTokenizer } from './installed-adapter.ts';

/** How far an owner's queue is searched for prompts whose beginning is not currently being read. */
const LOOK_AHEAD = 256;
/** Maximum answers per owner beyond the usual number, so that a newcomer to a full batch starts at once. */
const MOST_SPARE_OF_OWNER = 2;
/** One part in RESERVED_SHARE of the cache is reserved for owners without cached tokens. */
const RESERVED_SHARE = 8;
/** Head start of a new owner in seconds of passes: enough to answer a short request at once, too little for a flood. */
const CREDIT_SECONDS = 0.25;

interface Active {
  sequence: Sequence;
  submission: Submission;
}

interface Waiting {
  submission: Submission;
  /** Index of the sample. */
  sample: number;
}

interface Owner {
  waiting: Waiting[];
  active: number;
  /** Pass time used, in seconds, starting from the least used time of the others on arrival. */
  seconds: number;
}

export interface ScheduleLimits {
  maxSequences: number;
  /** Extra sequences for owners with almost nothing running in a full batch. */
  spareSequences: number;
  maxPassTokens: number;
}

/**
 * Waiting and active sequences, and the plan of the next pass. Owners get equal time, however many requests they send.
 */
export class Schedule {
  readonly #pool: BlockPool;
  readonly #tokenizer: AnswerTokenizer; // unless an adapter has its own
  readonly #limits: ScheduleLimits;
  readonly #owners = new Map<string, Owner>();
  #active: Active[] = [];
  #mustTidy = false;

  constructor(pool: BlockPool, tokenizer: AnswerTokenizer, limits: ScheduleLimits) {
    this.#pool = pool;
    this.#tokenizer = tokenizer;
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#owners.values().reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  get isIdle(): boolean {
    return this.#active.length === 0 && this.waiting === 0;
  }

  /** Whether the sequence is active and has not been cancelled. */
  has(sequence: Sequence): boolean {
    return this.#active.some((active) => active.sequence === sequence);
  }

  add(submission: Submission): void {
    const owner = this.#ownerOf(submission.request.owner);
    for (let sample = 0; sample < submission.request.n; sample++) owner.waiting.push({ submission, sample });
  }

  /** A new or returning owner starts near the lowest time used: idle time earns no credit. */
  #ownerOf(name: string): Owner {
    const others = [...this.#owners.values()].filter(({ active, waiting }) => active + waiting.length > 0);
    const least = smallest(others.map(({ seconds }) => seconds));
    let owner = this.#owners.get(name);
    if (owner === undefined) this.#owners.set(name, (owner = { waiting: [], active: 0, seconds: -Infinity }));
    if (owner.active + owner.waiting.length === 0)
      owner.seconds = least === Infinity ? Math.max(owner.seconds, 0) : Math.max(owner.seconds, least - CREDIT_SECONDS);
    return owner;
  }

  /**
   * Admits waiting samples while there is room for their maximum length: owners with the fewest active answers first,
   * each owner's requests in order.
   *
   * A sample whose prompt begins with tokens that another sample is currently reading waits for them, and others
   * overtake it. @returns prompt tokens that need not be read
   */
  admit(): number {
    this.#tidy();
    /** Owners that may have something to start, and how far their queues were searched. */
    const open = new Map([...this.#owners.values()].filter(({ waiting }) => waiting.length > 0).map((one) => [one, 0]));
    let shared = 0;
    while (open.size > 0) {
      const [owner, at] = [...open].reduce((least, one) => (one[0].active < least[0].active ? one : least));
      if (at >= Math.min(owner.waiting.length, LOOK_AHEAD) || !this.#hasPlace(owner)) {
        open.delete(owner);
        continue;
      }
      const { request, root = this.#pool.newRoot() } = owner.waiting[at].submission;
      const match = this.#pool.match(request.prompt, root);
      const { blocks } = match;
      if (match.isPending) open.set(owner, at + 1);
      else if (!this.#hasRoom(owner, blocksFor(request) - blocks.length + this.#pool.idleAmong(blocks))) {
        // Free blocks are reserved for owners that have none.
        if (owner.active === 0) break;
        open.delete(owner);
      } else {
        const [entry] = owner.waiting.splice(at, 1);
        shared += this.#enter(entry, match, root);
      }
    }
    return shared;
  }

  #hasPlace(owner: Owner): boolean {
    const { maxSequences, spareSequences } = this.#limits;
    if (this.#active.length < maxSequences) return true;
    return owner.active < MOST_SPARE_OF_OWNER && this.#active.length < maxSequences + spareSequences && !this.#isAlone;
  }

  #hasRoom(owner: Owner, blocks: number): boolean {
    const { available, size } = this.#pool;
    const reserved = owner.active === 0 || this.#isAlone ? 0 : Math.floor(size / RESERVED_SHARE);
    return blocks + reserved <= available;
  }

  /** Whether there has been only one owner since the last idle period. */
  get #isAlone(): boolean {
    return this.#owners.size === 1;
  }

  #enter({ submission, sample }: Waiting, match: PrefixMatch, root: Prefix): number {
    const { request, onText } = submission;
    if (submission.isOver) return 0;
    try {
      const tokenizer = request.adapter?.adapter.tokenizer ?? this.#tokenizer;
      const sequence = new Sequence(request, sample, { tokenizer, onText });
      sequence.settle(this.#pool, match, root);
      this.#active.push({ sequence, submission });
      this.#ownerOf(request.owner).active++;
      return sequence.read;
    } catch (error) {
      this.giveUp(submission, error); // its constraint cannot be created
      return 0;
    }
  }

  /** Rereads rows whose length has left the range that their keys were computed for. */
  forgetOutdated(outdates: (from: number, to: number) => boolean): void {
    for (const { sequence } of this.#active) if (outdates(sequence.readAs, sequence.known)) sequence.forget();
  }

  /** Invalidates the cache: active rows are reread from their start. */
  forgetAll(): void {
    this.#pool.forgetContents();
    for (const { sequence } of this.#active) sequence.forget();
  }

  /** Forgets the content cached under one adapter. @returns the number of blocks */
  forgetDomain(domain: number): number {
    return this.#pool.forgetContents(domain);
  }

  /**
   * Plans a pass: one token for each answer, and prompt tokens first come, first served as far as they fit. With
   * several owners, the pass goes to the one with the least time used, plus small requests of the others.
   */
  plan(): Reading[] {
    const riders = this.#riders();
    const rows = this.#active.filter(({ submission }) => riders.has(submission.request.owner));
    const answering = rows.filter(({ sequence }) => sequence.known - sequence.read === 1).length;
    let room = Math.max(BLOCK_TOKENS, this.#limits.maxPassTokens - answering);
    const readings: Reading[] = [];
    for (const { sequence } of rows) {
      const unread = sequence.known - sequence.read;
      const most = Math.min(unread, room, sequence.untilPause);
      const count = unread === 1 ? 1 : wholeCount(sequence, most);
      if (unread > 1) room -= count;
      if (count > 0) readings.push({ sequence, count });
    }
    return readings;
  }

  /** Owners of the next pass. */
  #riders(): ReadonlySet<string> {
    const asked = new Map<string, number>();
    for (const { sequence, submission } of this.#active) {
      const { owner } = submission.request;
      const tokens = (asked.get(owner) ?? 0) + sequence.known - sequence.read;
      asked.set(owner, Math.min(tokens, this.#limits.maxPassTokens));
    }
    if (asked.size < 2) return new Set(asked.keys());
    const had = (name: string): number => this.#owners.get(name)!.seconds;
    const first = [...asked.keys()].reduce((least, name) => (had(name) <= had(least) ? name : least));
    // Owners with no more tokens to read than the first one add little to its pass.
    const most = asked.get(first)!;
    return new Set([...asked].filter(([, tokens]) => tokens <= most).map(([name]) => name));
  }

  /** Charges a pass's time to its owners in proportion to the tokens that were read for them. */
  charge(readings: readonly Reading[], seconds: number): void {
    if (this.#owners.size < 2) return;
    const total = readings.reduce((sum, { count }) => sum + count, 0);
    for (const { sequence, count } of readings)
      this.#ownerOf(sequence.request.owner).seconds += (seconds * count) / total;
  }

  /** Marks the tokens of a pass as cached. @returns rows whose states must be copied, and their destinations */
  markRead(readings: readonly Reading[]): StateCopy[] {
    return readings.flatMap(({ sequence, count }) => {
      const to = sequence.markRead(this.#pool, count);
      return to === undefined ? [] : [{ from: sequence.row, to }];
    });
  }

  /** Settles answers that are complete. */
  settleFinished(): void {
    const isFinished = ({ sequence }: Active) => sequence.finishReason !== undefined;
    for (const { sequence, submission } of this.#active.filter(isFinished)) {
      this.#release(sequence);
      submission.finish(sequence);
    }
    this.#active = this.#active.filter((active) => !isFinished(active));
    this.#forgetOwners();
  }

  #release({ blocks, row, request }: Sequence): void {
    this.#owners.get(request.owner)!.active--;
    this.#pool.release(blocks);
    this.#pool.releaseRow(row);
  }

  /** Cancels a submission in any state. */
  giveUp(submission: Submission, reason: unknown): void {
    if (submission.isOver) return;
    for (const active of this.#active) if (active.submission === submission) this.#release(active.sequence);
    this.#active = this.#active.filter((active) => active.submission !== submission);
    this.#mustTidy = true;
    submission.giveUp(reason);
  }

  giveUpAll(reason: unknown): void {
    const waiting = [...this.#owners.values()].flatMap((owner) => owner.waiting);
    for (const { submission } of [...this.#active, ...waiting]) this.giveUp(submission, reason);
    this.#tidy();
  }

  /** Removes waiting samples of cancelled submissions, in one sweep since there may be thousands. */
  #tidy(): void {
    if (!this.#mustTidy) return;
    this.#mustTidy = false;
    for (const owner of this.#owners.values())
      owner.waiting = owner.waiting.filter(({ submission }) => !submission.isOver);
    this.#forgetOwners();
  }

  /** Resets the time used when the queue is empty. */
  #forgetOwners(): void {
    if (this.isIdle) this.#owners.clear();
  }

  /** Cancels the submission that a sequence belongs to. */
  giveUpOf(sequence: Sequence, reason: unknown): void {
    for (const active of this.#active.filter((one) => one.sequence === sequence))
      this.giveUp(active.submission, reason);
  }
}

/** Extends the count so that image tokens that attend to each other are read in one pass. */
function wholeCount({ request: { images, prompt }, read }: Sequence, count: number): number {
  const isInPrompt = count > 0 && read + count < prompt.length;
  return images === undefined || !isInPrompt ? count : images.wholeCount(prompt, read, count);
}

/** Number of blocks for a prompt with its longest possible answer. */
export function blocksFor(request: { prompt: Int32Array; maxNewTokens: number }): number {
  return Math.ceil((request.prompt.length + request.maxNewTokens) / BLOCK_TOKENS);
}
