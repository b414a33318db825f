import { smallest } from '../base/many.ts';
import { BLOCK_TOKENS, type BlockPool, type Prefix } from './block-pool.ts';
import type { Reading } from './reader.ts';
import { Sequence, type AnswerTokenizer } from './sequence.ts';
import type { Submission } from './submission.ts';

/** How far ahead an owner's queue is searched for prompts whose beginning nobody else is reading just now. */
const LOOK_AHEAD = 256;
/** Of an owner's answers, so many begin beyond the usual number: whoever comes to a full batch begins at once. */
const MOST_SPARE_OF_OWNER = 2;
/** A part of the cache that is left to those who have nothing in it. */
const RESERVED_SHARE = 8;
/** Owners ride in another one's pass with so many times its tokens: as one pass, they cost hardly more. */
const RIDING = 2;

interface Active {
  sequence: Sequence;
  submission: Submission;
}

interface Waiting {
  submission: Submission;
  /** Which of its samples. */
  sample: number;
}

interface Owner {
  waiting: Waiting[];
  active: number;
  /** Seconds of passes that it had, counted from what others had when it came. */
  seconds: number;
}

export interface ScheduleLimits {
  maxSequences: number;
  /** Beyond that, for owners who have next to nothing in a full batch. */
  spareSequences: number;
  maxPassTokens: number;
}

/** Who waits, who takes part, and what the next pass reads. Owners have the same time of passes, however much they ask for. */
export class Schedule {
  readonly #pool: BlockPool;
  readonly #tokenizer: AnswerTokenizer; // unless an adapter has another
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

  /** Takes part, and was not given up. */
  has(sequence: Sequence): boolean {
    return this.#active.some((active) => active.sequence === sequence);
  }

  add(submission: Submission): void {
    const owner = this.#ownerOf(submission.request.owner);
    for (let sample = 0; sample < submission.request.n; sample++) owner.waiting.push({ submission, sample });
  }

  /** Who comes anew, or again, has had no less than those who are here. */
  #ownerOf(name: string): Owner {
    const others = [...this.#owners.values()].filter(({ active, waiting }) => active + waiting.length > 0);
    const least = smallest(others.map(({ seconds }) => seconds));
    let owner = this.#owners.get(name);
    if (owner === undefined) this.#owners.set(name, (owner = { waiting: [], active: 0, seconds: 0 }));
    if (owner.active + owner.waiting.length === 0 && least < Infinity) owner.seconds = Math.max(owner.seconds, least);
    return owner;
  }

  /**
   * Lets waiting samples in while there is room for the longest that they may become: those first whose owner has the
   * fewest, and of an owner first come first served.
   *
   * A sample whose prompt begins with tokens that another one is reading waits until they are read, and others pass it.
   * @returns prompt tokens that need not be read
   */
  admit(): number {
    this.#tidy();
    /** Owners who may have something to begin, and how far their queues were searched. */
    const open = new Map([...this.#owners.values()].filter(({ waiting }) => waiting.length > 0).map((one) => [one, 0]));
    let shared = 0;
    while (open.size > 0) {
      const [owner, at] = [...open].reduce((least, one) => (one[0].active < least[0].active ? one : least));
      if (at >= Math.min(owner.waiting.length, LOOK_AHEAD) || !this.#hasPlace(owner)) {
        open.delete(owner);
        continue;
      }
      const { request, root = this.#pool.newRoot() } = owner.waiting[at].submission;
      const { blocks, isPending } = this.#pool.match(request.prompt, root);
      if (isPending) open.set(owner, at + 1);
      else if (!this.#hasRoom(owner, blocksFor(request) - blocks.length + this.#pool.idleAmong(blocks))) {
        // What is free is kept for those who have nothing yet.
        if (owner.active === 0) break;
        open.delete(owner);
      } else {
        const [entry] = owner.waiting.splice(at, 1);
        shared += this.#enter(entry, blocks, root);
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

  /** Nobody else was here for as long as anything was to do. */
  get #isAlone(): boolean {
    return this.#owners.size === 1;
  }

  #enter({ submission, sample }: Waiting, shared: readonly number[], root: Prefix): number {
    const { request, onText } = submission;
    if (submission.isOver) return 0;
    try {
      const tokenizer = request.adapter?.adapter.tokenizer ?? this.#tokenizer;
      const sequence = new Sequence(request, sample, { tokenizer, onText });
      sequence.settle(this.#pool, shared, root);
      this.#active.push({ sequence, submission });
      this.#ownerOf(request.owner).active++;
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

  /**
   * One token of each answer, and as much of the prompts as the pass has room for, the first come first. With several
   * owners it is the pass of the one who has had least time, and of those who ask for little beside it.
   */
  plan(): Reading[] {
    const riders = this.#riders();
    const rows = this.#active.filter(({ submission }) => riders.has(submission.request.owner));
    const answering = rows.filter(({ sequence }) => sequence.known - sequence.read === 1).length;
    let room = Math.max(BLOCK_TOKENS, this.#limits.maxPassTokens - answering);
    const readings: Reading[] = [];
    for (const { sequence } of rows) {
      const unread = sequence.known - sequence.read;
      const count = unread === 1 ? 1 : Math.min(unread, room);
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
    const most = RIDING * asked.get(first)!;
    return new Set([...asked].filter(([, tokens]) => tokens <= most).map(([name]) => name));
  }

  /** Counts a pass's time for its owners, each by the tokens that were read for it. */
  charge(readings: readonly Reading[], seconds: number): void {
    if (this.#owners.size < 2) return;
    const total = readings.reduce((sum, { count }) => sum + count, 0);
    for (const { sequence, count } of readings)
      this.#ownerOf(sequence.request.owner).seconds += (seconds * count) / total;
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
    this.#forgetOwners();
  }

  #release({ blocks, row, request }: Sequence): void {
    this.#owners.get(request.owner)!.active--;
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
    const waiting = [...this.#owners.values()].flatMap((owner) => owner.waiting);
    for (const { submission } of [...this.#active, ...waiting]) this.giveUp(submission, reason);
    this.#tidy();
  }

  /** Forgets waiting samples of what was given up: once for all of them, which may be thousands. */
  #tidy(): void {
    if (!this.#mustTidy) return;
    this.#mustTidy = false;
    for (const owner of this.#owners.values())
      owner.waiting = owner.waiting.filter(({ submission }) => !submission.isOver);
    this.#forgetOwners();
  }

  /** What owners had is of no account once nobody waits. */
  #forgetOwners(): void {
    if (this.isIdle) this.#owners.clear();
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
