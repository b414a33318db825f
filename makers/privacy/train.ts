/**
 * Trains the tagger of packages/privacy/src: `node makers/privacy/train.ts --mails PACKAGE_FOLDER [--sets 1,2,3]
 * [--epochs N] [--to FILE]`. PACKAGE_FOLDER is the unpacked npm package of labelled-sets.ts. It maximises the
 * conditional likelihood with AdaGrad; features of a word's identity are dropped at random, so that lists and context
 * are learnt too. The same sets yield the same bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { shuffled } from '../../src/base/random.ts';
import { rememberedFor } from '../../src/base/remembered.ts';
import type { Form } from '../../packages/privacy/src/tokens.ts';
import { hintsIn } from '../../packages/privacy/src/detector.ts';
import { withPlainDigits } from '../../packages/privacy/src/digits.ts';
import { factsOf, IDENTITY_ROWS, REACH, ROWS } from '../../packages/privacy/src/features.ts';
import { languages } from '../../packages/privacy/src/language.ts';
import { kindOfLabel } from '../../packages/privacy/src/label-names.ts';
import { lexiconOf } from '../../packages/privacy/src/lexicon.ts';
import { read } from '../../packages/privacy/src/reading.ts';
import { L, LABELS, marginalsOf } from '../../packages/privacy/src/random-field.ts';
import { MOST_ROWS, Surroundings } from '../../packages/privacy/src/surroundings.ts';
import type { Model } from '../../packages/privacy/src/tagger.ts';
import { developmentRows, labelledSet, type LabelledRow } from './labelled-sets.ts';
import { madeRows } from './made-rows.ts';

const RATE = 0.12;
/** Features seen fewer times are dropped. */
const LEAST_SEEN = 2;
/** Probability of dropping the rows that identify a token's own form. */
const WORDLESS = 0.25;
const DROPPED = 0.08;
const DECAY = 1e-6;
/**
 * Rows whose largest weight is below this, and weights that are as small, are dropped: they do not justify their size.
 */
const LEAST_ROW = 0.25;
const LEAST_WEIGHT = 0.05;

let state = 1;
const NEGLIGIBLE = 0.002;

interface Sample {
  gold: Uint8Array;
  /** Rows of all tokens in sequence; those of a token begin at `starts`. The first ones identify its own form. */
  rows: Int32Array;
  starts: Int32Array;
}

const { values } = parseArgs({
  options: {
    mails: { type: 'string' },
    sets: { type: 'string', default: '1,2,3,4,5,6,7' },
    epochs: { type: 'string', default: '6' },
    to: { type: 'string', default: 'packages/privacy/assets/tagger.bin.br' },
  },
});
const readMail = (path: string): Uint8Array => readFileSync(join(values.mails!, 'data', path));
const rows = [
  ...values.sets.split(',').flatMap((set) => labelledSet(Number(set), values.mails ? readMail : undefined)),
  ...developmentRows(),
  ...madeRows(languages()),
];
const lexicon = lexiconOf();
const factsOfForm = rememberedFor(100_000, (form: Form) => factsOf(form, lexicon.terms));
const started = Date.now();
const samples = rows.map(sampleOf);
const seen = new Uint8Array(ROWS);
for (const { rows: all } of samples) for (const row of all) if (seen[row] < LEAST_SEEN) seen[row]++;
console.error(
  `${samples.length} rows, ${seen.reduce((sum, one) => sum + (one >= LEAST_SEEN ? 1 : 0), 0)} features, ${(Date.now() - started) / 1000} s`,
);

const weights = new Float32Array(ROWS * L);
const squares = new Float32Array(ROWS * L);
const transitions = new Float32Array(L * L);
const transitionSquares = new Float32Array(L * L);
for (let epoch = 0; epoch < Number(values.epochs); epoch++) {
  let loss = 0;
  for (const sample of shuffled(samples, [epoch, 'order'])) loss += learn(sample);
  console.error(
    `epoch ${epoch + 1}: ${(loss / samples.length).toFixed(3)}, ${Math.round((Date.now() - started) / 1000)} s`,
  );
}
write(values.to);

function sampleOf({ text: written, spans }: LabelledRow): Sample {
  const text = withPlainDigits(written);
  const reading = read(text, lexicon);
  const facts = reading.tokens.map(({ form }) => factsOfForm(form));
  const surroundings = new Surroundings(reading, facts, hintsIn(reading));
  const gold = new Uint8Array(reading.tokens.length);
  const found: number[] = [];
  const starts = new Int32Array(reading.tokens.length + 1);
  const buffer = new Int32Array(MOST_ROWS);
  for (const [at, { start, end }] of reading.tokens.entries()) {
    const span = spans.find((one) => one.start < end && start < one.end);
    if (span !== undefined) gold[at] = labelOf(span.kind);
    starts[at] = found.length;
    found.push(...facts[at].rows[REACH]);
    for (let offset = -REACH; offset <= REACH; offset++) {
      if (offset !== 0 && facts[at + offset] !== undefined) found.push(...facts[at + offset].rows[REACH + offset]);
    }
    const count = surroundings.rowsAt(at, buffer);
    for (let index = 0; index < count; index++) found.push(buffer[index]);
  }
  starts[reading.tokens.length] = found.length;
  return { gold, rows: Int32Array.from(found), starts };
}

function labelOf(kind: string): number {
  const ours = kindOfLabel(kind);
  const label = (LABELS as readonly string[]).indexOf(ours === 'vin' ? 'plate' : ours === 'city' ? 'address' : ours);
  if (label < 1) throw new Error(`no label is called ${kind}`);
  return label;
}

/** One gradient step on a row; returns its loss. */
function learn({ gold, rows: all, starts }: Sample): number {
  const count = gold.length;
  const scores = new Float32Array(count * L);
  const kept: Int32Array[] = [];
  for (let at = 0; at < count; at++) {
    const isWordless = quick() < WORDLESS;
    const chosen = all.subarray(starts[at], starts[at + 1]).filter((row, index) => {
      if (seen[row] < LEAST_SEEN || (isWordless && index < IDENTITY_ROWS)) return false;
      return quick() >= DROPPED;
    });
    kept.push(chosen);
    for (const row of chosen)
      for (let label = 0; label < L; label++) scores[at * L + label] += weights[row * L + label];
  }
  const jumps = transitions.map((weight) => Math.exp(weight));
  const marginals = marginalsOf(scores, jumps);
  let loss = 0;
  for (let at = 0; at < count; at++) {
    loss -= Math.log(marginals[at * L + gold[at]] + 1e-9);
    update(kept[at], marginals.subarray(at * L, (at + 1) * L), gold[at]);
  }
  updateTransitions(marginals, gold);
  return loss;
}

/** Uniform in [0, 1); a simple generator is good enough for dropping features. */
function quick(): number {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return (state >>> 0) / 2 ** 32;
}

function update(chosen: Int32Array, probabilities: Float32Array, gold: number): void {
  if (1 - probabilities[gold] < NEGLIGIBLE) return;
  for (let label = 0; label < L; label++) {
    const slope = probabilities[label] - (label === gold ? 1 : 0);
    if (Math.abs(slope) < NEGLIGIBLE) continue;
    for (const row of chosen) {
      const place = row * L + label;
      const whole = slope + DECAY * weights[place];
      squares[place] += whole * whole;
      weights[place] -= (RATE * whole) / (Math.sqrt(squares[place]) + 1e-3);
    }
  }
}

/**
 * Pairs under the assumption that neighbours are independent, which is a good approximation where the tagger is
 * certain.
 */
function updateTransitions(marginals: Float32Array, gold: Uint8Array): void {
  for (let at = 1; at < gold.length; at++) {
    const [before, here] = [gold[at - 1], gold[at]];
    if (marginals[(at - 1) * L + before] > 0.99 && marginals[at * L + here] > 0.99) continue;
    for (let from = 0; from < L; from++) {
      for (let to = 0; to < L; to++) {
        const slope =
          marginals[(at - 1) * L + from] * marginals[at * L + to] - (from === before && to === here ? 1 : 0);
        if (Math.abs(slope) < NEGLIGIBLE) continue;
        const place = from * L + to;
        transitionSquares[place] += slope * slope;
        transitions[place] -= (RATE * slope) / (Math.sqrt(transitionSquares[place]) + 1);
      }
    }
  }
}

function prune(): void {
  for (let row = 0; row < ROWS; row++) {
    const own = weights.subarray(row * L, (row + 1) * L);
    const most = own.reduce((greatest, one) => Math.max(greatest, Math.abs(one)), 0);
    for (let label = 0; label < L; label++) if (most < LEAST_ROW || Math.abs(own[label]) < LEAST_WEIGHT) own[label] = 0;
  }
}

/** Quantises the weights to one byte each. */
function write(to: string): void {
  prune();
  const most = weights.reduce((greatest, one) => Math.max(greatest, Math.abs(one)), 0);
  const step = Math.min(most, 4) / 127;
  const small = Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / step))));
  const bytes = packed({ weights: small, step, transitions });
  const compressed = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  writeFileSync(to, compressed);
  console.error(`${to}: ${compressed.length} bytes`);
}

/** In the layout that the tagger unpacks. */
function packed({ weights, step, transitions }: Omit<Model, 'isEmpty'>): Buffer {
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
