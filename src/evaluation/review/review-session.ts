/** One reviewer's session: blind, in an individual order, saved after every choice. */
import { randomUnit, shuffled } from '../../base/random.ts';
import { readLabels, type HumanChoice, type HumanLabel } from '../../scoring/judges/human-labels.ts';
import type { AnswerPair } from '../../scoring/judges/answer-pairs.ts';
import { sha256 } from '../../files/hash.ts';
import { existsSync } from 'node:fs';
import type { Role } from './assignment.ts';
import type { GoldPair } from './gold.ts';
import { JsonLinesWriter } from '../../store/json-lines.ts';

/** A choice as stored in the log. */
export interface LoggedChoice extends HumanLabel {
  order: 'ab' | 'ba';
  seconds: number;
  /** ISO 8601. */
  at: string;
  /** Hash of the texts shown: if they change, the choice no longer counts. */
  hash: string;
}

/** A pair as shown to a reviewer, without the systems' names. */
export interface ShownPair {
  /** Index in this reviewer's order. */
  item: number;
  prompt: string;
  left: string;
  right: string;
  reference?: string;
}

export type Side = 'left' | 'right' | 'tie' | 'neither';

export interface GivenChoice {
  item: number;
  side: Side;
  seconds: number;
  /** Ratings by criterion, for the left and the right answer. */
  ratings?: Readonly<Record<string, readonly [left: number, right: number]>>;
  edit?: string;
  flags?: readonly string[];
}

export interface SessionProgress {
  done: number;
  total: number;
}

/** Hash of a pair's texts. */
export function pairHash({ prompt, a, b }: AnswerPair): string {
  return sha256(JSON.stringify([prompt, a, b])).slice(0, 16);
}

export interface SessionParts {
  pairs: readonly (AnswerPair & Partial<Pick<GoldPair, 'choice'>>)[];
  log: string;
  seed?: number;
  /** Default `reviewer`. */
  role?: Role;
}

export class ReviewSession {
  readonly reviewer: string;
  readonly #pairs: SessionParts['pairs'];
  /** Undefined for viewers, whose choices are not saved. */
  readonly #log: JsonLinesWriter | undefined;
  readonly #role: Role;
  readonly #seed: number;
  /** Ids in the order of their latest judgement. */
  #judged: string[];

  private constructor(reviewer: string, { pairs, log, seed = 0, role = 'reviewer' }: SessionParts) {
    this.reviewer = reviewer;
    this.#seed = seed;
    this.#pairs = shuffled(pairs, [seed, `review ${reviewer}`]);
    this.#role = role;
    this.#log = role === 'viewer' ? undefined : new JsonLinesWriter(log);
    this.#judged = [];
  }

  /** Resumes where the reviewer stopped. @throws AttuneError E_LABELS for an invalid log, E_NOT_WRITABLE */
  static async open(reviewer: string, parts: SessionParts): Promise<ReviewSession> {
    const { pairs, log } = parts;
    const isNew = !existsSync(log);
    // Opening the log repairs a line that was truncated by a crash.
    const session = new ReviewSession(reviewer, parts);
    if (isNew || parts.role === 'viewer') return session;
    const hashes = new Map(pairs.map((pair) => [pair.id, pairHash(pair)]));
    const own = (await readLabels(log)).filter((label) => label.reviewer === reviewer);
    session.#judged = own.filter((label) => hashes.get(label.id) === (label as LoggedChoice).hash).map(({ id }) => id);
    return session;
  }

  get progress(): SessionProgress {
    return { done: this.#judged.length, total: this.#pairs.length };
  }

  /** The first pair without a choice; undefined at the end. */
  next(): ShownPair | undefined {
    const judged = new Set(this.#judged);
    const item = this.#pairs.findIndex(({ id }) => !judged.has(id));
    if (item < 0) return undefined;
    const pair = this.#pairs[item];
    const [left, right] = this.#orderOf(pair) === 'ab' ? [pair.a, pair.b] : [pair.b, pair.a];
    return { item, prompt: pair.prompt, left, right, ...(pair.reference && { reference: pair.reference }) };
  }

  /** Saves a choice for the displayed pair; ignores choices from an outdated page. */
  choose({ item, side, seconds, ratings, edit, flags }: GivenChoice): void {
    if (this.next()?.item !== item) return;
    const pair = this.#pairs[item];
    const order = this.#orderOf(pair);
    const turn = <T>([left, right]: readonly [T, T]): [T, T] => (order === 'ab' ? [left, right] : [right, left]);
    const choice: HumanChoice =
      side === 'left' || side === 'right' ? ((side === 'left') === (order === 'ab') ? 'a' : 'b') : side;
    const logged: LoggedChoice = {
      id: pair.id,
      reviewer: this.reviewer,
      choice,
      order,
      ...(ratings !== undefined && {
        ratings: Object.fromEntries(Object.entries(ratings).map(([name, both]) => [name, turn(both)])),
      }),
      ...(edit !== undefined && { edit }),
      ...(flags !== undefined && { flags }),
      ...(this.#role === 'adjudicator' && { role: 'adjudicator' as const }),
      ...(pair.choice !== undefined && { gold: pair.choice }),
      seconds,
      at: new Date().toISOString(),
      hash: pairHash(pair),
    };
    this.#log?.append(logged);
    this.#judged.push(pair.id);
  }

  /** Undoes the last choice: its pair is shown again. */
  undo(): void {
    const id = this.#judged.pop();
    if (id === undefined) return;
    this.#log?.append({ id, reviewer: this.reviewer, undone: true, at: new Date().toISOString() });
  }

  close(): void {
    this.#log?.close();
  }

  /** Randomises by reviewer and pair which answer is on the left; stored with the choice. */
  #orderOf({ id }: AnswerPair): 'ab' | 'ba' {
    return randomUnit([this.#seed, `side ${this.reviewer} ${id}`]) < 0.5 ? 'ab' : 'ba';
  }
}
