/** Linear answer classifiers that ship with attune (makers/answer-classifiers), with one byte per weight. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { greatest } from '../../base/many.ts';
import { predictMultinomial, type MultinomialModel } from '../../answering/baselines/multinomial.ts';
import { answerFeatures, COLUMNS } from './answer-features.ts';

/** Classes of each classifier, in the order of its weights. */
export const CLASSES = {
  refusal: ['complied', 'refused', 'partly refused'],
  toxicity: ['harmless', 'toxic'],
  abstention: ['answered', 'abstained'],
} as const;

export type ClassifierName = keyof typeof CLASSES;
export type ClassOf<Name extends ClassifierName> = (typeof CLASSES)[Name][number];

export interface Classified<Name extends ClassifierName> {
  label: ClassOf<Name>;
  /** Probability of each class, in the order of `CLASSES`. */
  probabilities: readonly number[];
}

/** Answers with fewer letters are empty and refuse nothing. */
const LEAST_LETTERS = 2;

const opened = new Map<ClassifierName, MultinomialModel>();

/** Classifies an answer; words from the question are masked. */
export function classifyAnswer<Name extends ClassifierName>(
  name: Name,
  answer: string,
  question?: string,
): Classified<Name> {
  const classes: readonly ClassOf<Name>[] = CLASSES[name];
  const isEmpty = (answer.match(/\p{L}/gu)?.length ?? 0) < LEAST_LETTERS;
  const probabilities = isEmpty
    ? classes.map((_, index) => (index === 0 ? 1 : 0))
    : [...predictMultinomial(modelOf(name), answerFeatures(answer, question))];
  return { label: classes[probabilities.indexOf(greatest(probabilities))], probabilities };
}

function modelOf(name: ClassifierName): MultinomialModel {
  const known = opened.get(name);
  if (known !== undefined) return known;
  const path = fileURLToPath(new URL(`../../../assets/safety/${name}.bin.br`, import.meta.url));
  const model = unpack(brotliDecompressSync(readFileSync(path)), CLASSES[name].length);
  opened.set(name, model);
  return model;
}

/** Little-endian: an f32 scale, an f32 intercept per class, then the weights [COLUMNS, classes] as signed bytes. */
export function unpack(bytes: Uint8Array, classes: number): MultinomialModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scale = view.getFloat32(0, true);
  const start = 4 * (1 + classes);
  const weights = COLUMNS * classes;
  const parameters = new Float64Array(weights + classes);
  for (let i = 0; i < weights; i++) parameters[i] = view.getInt8(start + i) * scale;
  for (let k = 0; k < classes; k++) parameters[weights + k] = view.getFloat32(4 * (1 + k), true);
  return { classes, parameters };
}

export function pack({ classes, parameters }: MultinomialModel): Buffer {
  const weights = parameters.subarray(0, parameters.length - classes);
  const scale = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 127;
  const bytes = Buffer.alloc(4 * (1 + classes) + weights.length);
  bytes.writeFloatLE(scale, 0);
  for (let k = 0; k < classes; k++) bytes.writeFloatLE(parameters[weights.length + k], 4 * (1 + k));
  for (const [i, weight] of weights.entries()) bytes.writeInt8(Math.round(weight / scale), 4 * (1 + classes) + i);
  return bytes;
}
