/**
 * Tells which kind each token is of: a linear-chain conditional random field (Lafferty and others, 2001) over hashed features,
 * trained by tools/privacy/train.ts. L labels, N tokens.
 */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import type { Finding } from './finding.ts';
import { factsBy, MOST_ROWS, REACH, ROWS, Surroundings, type FormFacts } from './features.ts';
import type { Kind } from './kinds.ts';
import type { Lexicon } from './lexicon.ts';
import { tokenAt, type Reading } from './reading.ts';
import type { Form } from './tokens.ts';

/** Label 0 is of tokens that are nothing personal. */
export const LABELS: readonly (Kind | 'none')[] = [
  'none',
  'name',
  'address',
  'date',
  'age',
  'phone',
  'fax',
  'email',
  'national_id',
  'medical_record',
  'health_plan',
  'account',
  'iban',
  'card',
  'passport',
  'licence',
  'plate',
  'device',
  'url',
  'ip',
  'biometric',
  'photo',
  'code',
  'secret',
];
const L = LABELS.length;

export interface Model {
  /** ROWS × L, in units of `step`. */
  weights: Int8Array;
  /** By row, 1 where all weights are 0. */
  isEmpty: Uint8Array;
  step: number;
  /** L × L, from one label to the next. */
  transitions: Float32Array;
}

/** Tokens at once: what is farther apart says nothing of each other, and memory stays flat. */
const SEGMENT = 512;
/** A token is personal from this probability on. */
export const LEAST_PROBABILITY = 0.35;

const MOST_KNOWN = 30_000;

interface KnownForm {
  facts: FormFacts;
  /** By offset, L sums of the weights of its rows there. */
  sums: readonly Float32Array[];
  /** By offset, by how much they speak against anything personal, at least. */
  margins: Float32Array;
}

export class Tagger {
  readonly #model: Model;
  readonly #known = new Map<Form, KnownForm>();
  readonly #facts: (form: Form) => FormFacts;
  readonly #jumps: Float32Array;

  constructor(lexicon: Lexicon, model: Model = shippedModel()) {
    this.#model = model;
    this.#facts = factsBy(lexicon.terms);
    this.#jumps = model.transitions.map((weight) => Math.exp(weight));
  }

  /** Stretches of tokens of one kind. `hints`: what recognisers make of the text. */
  find(reading: Reading, hints: readonly Finding[]): { found: Finding[]; probabilities: Probabilities } {
    const { tokens } = reading;
    const known = tokens.map(({ form }) => this.#knownForm(form));
    const surroundings = new Surroundings(
      reading,
      known.map(({ facts }) => facts),
      hints,
    );
    const labels = new Uint8Array(tokens.length);
    const sure = new Float32Array(tokens.length);
    for (let from = 0; from < tokens.length; from += SEGMENT) {
      const to = Math.min(from + SEGMENT, tokens.length);
      const scores = this.#scores(known, surroundings, { from, to });
      decide(scores, this.#jumps, { labels, sure, from });
    }
    return { found: stretches(reading, labels, sure), probabilities: new Probabilities(reading, sure) };
  }

  #knownForm(form: Form): KnownForm {
    const before = this.#known.get(form);
    if (before !== undefined) return before;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    const facts = this.#facts(form);
    const sums = facts.rows.map((rows) => {
      const sum = new Float32Array(L);
      for (const one of rows) this.#add(one, sum, 0);
      return sum;
    });
    const made = { facts, sums, margins: Float32Array.from(sums, marginOf) };
    this.#known.set(form, made);
    return made;
  }

  #add(row: number, into: Float32Array, at: number): void {
    const { weights, step, isEmpty } = this.#model;
    if (isEmpty[row] === 1) return;
    for (let label = 0, from = row * L; label < L; label++) into[at + label] += weights[from + label] * step;
  }

  /** N × L */
  #scores(
    known: readonly KnownForm[],
    surroundings: Surroundings,
    { from, to }: { from: number; to: number },
  ): Float32Array {
    const scores = new Float32Array((to - from) * L);
    const rows = new Int32Array(MOST_ROWS);
    for (let at = from; at < to; at++) {
      const place = (at - from) * L;
      if (!surroundings.hasHints(at) && isPlain(known, at)) {
        scores[place] = CERTAIN;
        continue;
      }
      for (let offset = -REACH; offset <= REACH; offset++) {
        const sum = known[at + offset]?.sums[REACH + offset];
        if (sum !== undefined) for (let label = 0; label < L; label++) scores[place + label] += sum[label];
      }
      const count = surroundings.rowsAt(at, rows);
      for (let index = 0; index < count; index++) this.#add(rows[index], scores, place);
    }
    return scores;
  }
}

/** Words that are so far from personal by themselves and their neighbours need no look around them. */
const PLAIN_BY = 4;
/** Of a token that is nothing personal, so that no other label is looked at. */
const CERTAIN = 50;

function isPlain(known: readonly KnownForm[], at: number): boolean {
  let margin = 0;
  for (let offset = -REACH; offset <= REACH; offset++) margin += known[at + offset]?.margins[REACH + offset] ?? 0;
  return margin > PLAIN_BY;
}

function marginOf(sum: Float32Array): number {
  let most = -Infinity;
  for (let label = 1; label < L; label++) if (sum[label] > most) most = sum[label];
  return sum[0] - most;
}

/** How likely each token is to be personal. */
export class Probabilities {
  readonly #reading: Reading;
  readonly #values: Float32Array;

  constructor(reading: Reading, values: Float32Array) {
    this.#reading = reading;
    this.#values = values;
  }

  /** Of the tokens that touch a stretch. */
  highest(start: number, end: number): number {
    const { tokens } = this.#reading;
    let most = 0;
    for (let at = tokenAt(tokens, start); at < tokens.length && tokens[at].start < end; at++)
      most = Math.max(most, this.#values[at]);
    return most;
  }
}

/** By the marginal probabilities of all labels: the likeliest kind where a token is personal. */
function decide(
  scores: Float32Array,
  jumps: Float32Array,
  { labels, sure, from }: { labels: Uint8Array; sure: Float32Array; from: number },
): void {
  const marginals = marginalsOf(scores, jumps);
  for (let at = 0; at * L < scores.length; at++) {
    const personal = 1 - marginals[at * L];
    let best = 1;
    for (let label = 2; label < L; label++) if (marginals[at * L + label] > marginals[at * L + best]) best = label;
    labels[from + at] = personal >= LEAST_PROBABILITY ? best : 0;
    sure[from + at] = personal;
  }
}

/** A label whose score is this far below a token's best is left out there: most tokens keep one or two. */
const FAR_BELOW = 10;

/** Forward and backward sums, normalised at each token. Gives N × L probabilities; `scores` become their exponentials. */
export function marginalsOf(scores: Float32Array, jumps: Float32Array): Float32Array {
  const count = scores.length / L;
  const active = new Uint8Array(scores.length);
  const actives = new Uint8Array(count);
  for (let at = 0; at < count; at++) actives[at] = exponentials(scores, at * L, active);
  const forward = new Float32Array(scores.length);
  for (let at = 0; at < count; at++) {
    const place = at * L;
    if (actives[at] === 1) {
      forward[place + active[place]] = 1;
      continue;
    }
    for (let index = 0; index < actives[at]; index++) {
      const label = active[place + index];
      let sum = at === 0 ? 1 : 0;
      for (let other = 0; at > 0 && other < actives[at - 1]; other++) {
        const before = active[place - L + other];
        sum += forward[place - L + before] * jumps[before * L + label];
      }
      forward[place + label] = sum * scores[place + label];
    }
    normalise(forward, place);
  }
  const behind = new Float32Array(L).fill(1);
  for (let at = count - 2; at >= 0; at--) backward(scores, { jumps, active, actives, forward, behind }, at);
  return forward;
}

interface Sums {
  jumps: Float32Array;
  active: Uint8Array;
  actives: Uint8Array;
  /** Becomes the marginal probabilities, from the last token on. */
  forward: Float32Array;
  /** Of the token behind. */
  behind: Float32Array;
}

function backward(scores: Float32Array, { jumps, active, actives, forward, behind }: Sums, at: number): void {
  const place = at * L;
  if (actives[at] === 1) {
    behind[active[place]] = 1;
    return;
  }
  const here = new Float32Array(L);
  for (let index = 0; index < actives[at]; index++) {
    const label = active[place + index];
    let sum = 0;
    for (let other = 0; other < actives[at + 1]; other++) {
      const next = active[place + L + other];
      sum += jumps[label * L + next] * scores[place + L + next] * behind[next];
    }
    here[label] = sum;
  }
  normalise(here, 0);
  behind.set(here);
  for (let label = 0; label < L; label++) forward[place + label] *= here[label];
  normalise(forward, place);
}

/** Lists the labels that are kept; gives how many there are. */
function exponentials(scores: Float32Array, place: number, active: Uint8Array): number {
  let most = -Infinity;
  for (let label = 0; label < L; label++) if (scores[place + label] > most) most = scores[place + label];
  let count = 0;
  for (let label = 0; label < L; label++) {
    const below = scores[place + label] - most;
    if (below > -FAR_BELOW) active[place + count++] = label;
    scores[place + label] = below > -FAR_BELOW ? Math.exp(below) : 0;
  }
  return count;
}

function normalise(values: Float32Array, place: number): void {
  let sum = 1e-30;
  for (let label = 0; label < L; label++) sum += values[place + label];
  for (let label = 0; label < L; label++) values[place + label] /= sum;
}

function stretches({ text, tokens }: Reading, labels: Uint8Array, sure: Float32Array): Finding[] {
  const found: Finding[] = [];
  for (let from = 0; from < tokens.length;) {
    if (labels[from] === 0) {
      from++;
      continue;
    }
    let to = from + 1;
    let most = sure[from];
    while (
      to < tokens.length &&
      labels[to] === labels[from] &&
      !parts(text, labels[from], tokens[to].start, tokens[to - 1].end)
    ) {
      most = Math.max(most, sure[to]);
      to++;
    }
    let last = to - 1;
    while (last > from && tokens[last].form.sort === 'break') last--;
    const [start, end] = [tokens[from].start, tokens[last].end];
    if (tokens[from].form.sort !== 'break')
      found.push({ start, end, kind: LABELS[labels[from]] as Kind, score: 0.5 + most / 4, recogniser: 'tagger' });
    from = to;
  }
  return found;
}

/** Names of several people stand in lines of their own. */
function parts(text: string, label: number, start: number, end: number): boolean {
  return LABELS[label] === 'name' && text.slice(end, start).includes('\n');
}

let shipped: Model | undefined;

function shippedModel(): Model {
  shipped ??= unpacked(
    brotliDecompressSync(readFileSync(new URL('../../assets/privacy/tagger.bin.br', import.meta.url))),
  );
  return shipped;
}

/** The step, the transitions, and the rows that are not empty: each its number and L weights. */
export function unpacked(bytes: Buffer): Model {
  const transitions = new Float32Array(L * L);
  for (let index = 0; index < transitions.length; index++) transitions[index] = bytes.readFloatLE(4 + 4 * index);
  const weights = new Int8Array(ROWS * L);
  const isEmpty = new Uint8Array(ROWS).fill(1);
  const start = 4 + 4 * transitions.length;
  const count = bytes.readUInt32LE(start);
  const numbers = start + 4;
  for (let index = 0, row = 0; index < count; index++) {
    row += bytes.readUInt16LE(numbers + 2 * index);
    isEmpty[row] = 0;
    for (let label = 0; label < L; label++)
      weights[row * L + label] = bytes.readInt8(numbers + 2 * count + label * count + index);
  }
  return { weights, isEmpty, step: bytes.readFloatLE(0), transitions };
}

export function packed({ weights, step, transitions }: Omit<Model, 'isEmpty'>): Buffer {
  const rows: number[] = [];
  for (let row = 0; row < ROWS; row++) {
    if (weights.subarray(row * L, (row + 1) * L).some((weight) => weight !== 0)) rows.push(row);
  }
  const start = 4 + 4 * transitions.length;
  const bytes = Buffer.alloc(start + 4 + rows.length * (2 + L));
  bytes.writeFloatLE(step, 0);
  for (const [index, weight] of transitions.entries()) bytes.writeFloatLE(weight, 4 + 4 * index);
  bytes.writeUInt32LE(rows.length, start);
  for (const [index, row] of rows.entries()) {
    bytes.writeUInt16LE(row - (rows[index - 1] ?? 0), start + 4 + 2 * index);
    for (let label = 0; label < L; label++)
      bytes.writeInt8(weights[row * L + label], start + 4 + 2 * rows.length + label * rows.length + index);
  }
  return bytes;
}
