/**
 * Labels each token with a kind: a linear-chain conditional random field (Lafferty et al., 2001) over hashed features,
 * trained by makers/privacy/train.ts. L labels, N tokens.
 */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { rememberedFor } from '@attune/base/remembered';
import type { Finding } from './finding.ts';
import { factsOf, REACH, ROWS, type FormMarks } from './features.ts';
import type { Kind } from './kinds.ts';
import type { Lexicon } from './lexicon.ts';
import { CERTAIN, L, LABELS, marginalsOf } from './random-field.ts';
import type { Reading } from './reading.ts';
import { MOST_ROWS, Surroundings } from './surroundings.ts';
import type { Terms } from './terms.ts';
import type { Form } from './tokens.ts';

export interface Model {
  /** ROWS × L, in units of `step`. */
  weights: Int8Array;
  /** By row: 1 where all weights are 0. */
  isEmpty: Uint8Array;
  step: number;
  /** L × L transition scores, from one label to the next. */
  transitions: Float32Array;
}

/** Tokens in one pass. More distant tokens do not influence each other, and memory stays bounded. */
const SEGMENT = 512;
/** Tokens with at least this probability are personal. */
const LEAST_PROBABILITY = 0.35;

const MOST_KNOWN = 20_000;

interface KnownForm {
  marks: FormMarks;
  /** By offset: sums over the rows of weights for each of the L labels, in units of the model's step. */
  sums: Int32Array;
  /** By offset: margin of the label "not personal" over the best other label. */
  margins: Float32Array;
}

export class Tagger {
  readonly #model: Model;
  readonly #known = rememberedFor(MOST_KNOWN, (form: Form) => this.#knownForm(form));
  readonly #terms: Terms;
  readonly #jumps: Float32Array;

  constructor(lexicon: Lexicon, model: Model = shippedModel()) {
    this.#model = model;
    this.#terms = lexicon.terms;
    this.#jumps = model.transitions.map((weight) => Math.exp(weight));
  }

  /**
   * Spans of tokens of one kind, and the probability of each token to be personal. `hints` are findings of the
   * recognisers in the text.
   */
  find(reading: Reading, hints: readonly Finding[]): { found: Finding[]; sure: Float32Array } {
    const { tokens } = reading;
    const known = tokens.map(({ form }) => this.#known(form));
    const surroundings = new Surroundings(
      reading,
      known.map(({ marks }) => marks),
      hints,
    );
    const labels = new Uint8Array(tokens.length);
    const sure = new Float32Array(tokens.length);
    for (let from = 0; from < tokens.length; from += SEGMENT) {
      const to = Math.min(from + SEGMENT, tokens.length);
      const scores = this.#scores(known, surroundings, { from, to });
      decide(scores, this.#jumps, { labels, sure, from });
    }
    return { found: stretches(reading, labels, sure), sure };
  }

  #knownForm(form: Form): KnownForm {
    const { rows, ...marks } = factsOf(form, this.#terms);
    const sums = new Int32Array(rows.length * L);
    for (const [offset, some] of rows.entries()) for (const one of some) this.#add(one, sums, offset * L);
    const margins = Float32Array.from(rows, (_, offset) => marginOf(sums, offset * L) * this.#model.step);
    return { marks, sums, margins };
  }

  #add(row: number, into: Int32Array, at = 0): void {
    const { weights, isEmpty } = this.#model;
    if (isEmpty[row] === 1) return;
    for (let label = 0, from = row * L; label < L; label++) into[at + label] += weights[from + label];
  }

  /** N × L */
  #scores(
    known: readonly KnownForm[],
    surroundings: Surroundings,
    { from, to }: { from: number; to: number },
  ): Float32Array {
    const scores = new Float32Array((to - from) * L);
    const [rows, total] = [new Int32Array(MOST_ROWS), new Int32Array(L)];
    for (let at = from; at < to; at++) {
      const place = (at - from) * L;
      if (!surroundings.hasHints(at) && isPlain(known, at)) {
        scores[place] = CERTAIN;
        continue;
      }
      total.fill(0);
      for (let offset = -REACH; offset <= REACH; offset++) {
        const sums = known[at + offset]?.sums;
        const start = (REACH + offset) * L;
        if (sums !== undefined) for (let label = 0; label < L; label++) total[label] += sums[start + label];
      }
      const count = surroundings.rowsAt(at, rows);
      for (let index = 0; index < count; index++) this.#add(rows[index], total);
      for (let label = 0; label < L; label++) scores[place + label] = total[label] * this.#model.step;
    }
    return scores;
  }
}

/** Margin over the labels of personal kinds above which a token needs no context features. */
const PLAIN_BY = 4;
function isPlain(known: readonly KnownForm[], at: number): boolean {
  let margin = 0;
  for (let offset = -REACH; offset <= REACH; offset++) margin += known[at + offset]?.margins[REACH + offset] ?? 0;
  return margin > PLAIN_BY;
}

function marginOf(sums: Int32Array, at: number): number {
  return sums[at] - sums.subarray(at + 1, at + L).reduce((most, sum) => Math.max(most, sum));
}

/** From the marginal probabilities of all labels: the most probable kind where a token is personal. */
function decide(
  scores: Float32Array,
  jumps: Float32Array,
  { labels, sure, from }: { labels: Uint8Array; sure: Float32Array; from: number },
): void {
  const marginals = marginalsOf(scores, jumps);
  for (let at = 0; at * L < scores.length; at++) {
    sure[from + at] = 1 - marginals[at * L];
    if (sure[from + at] < LEAST_PROBABILITY) continue;
    let best = 1;
    for (let label = 2; label < L; label++) if (marginals[at * L + label] > marginals[at * L + best]) best = label;
    labels[from + at] = best;
  }
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

/** Names on separate lines are of several people. */
function parts(text: string, label: number, start: number, end: number): boolean {
  return LABELS[label] === 'name' && text.slice(end, start).includes('\n');
}

let shipped: Model | undefined;

function shippedModel(): Model {
  shipped ??= unpacked(brotliDecompressSync(readFileSync(new URL('../assets/tagger.bin.br', import.meta.url))));
  return shipped;
}

/** The step, the transitions, and the rows that are not empty, each with its number and L weights. */
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
