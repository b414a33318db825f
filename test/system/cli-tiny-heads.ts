// Folders with the tiny BERT of the fixtures and an untrained head for one kind of rows.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTinyBert } from './cli-tiny-bert.ts';

const FIXTURE = 'fixtures/models/bert_cls';
const WIDTH = 64;

interface Head {
  architecture: string;
  /** Name of the layer in the checkpoint, and number of scores. */
  layer: string;
  scores: number;
  config: Record<string, unknown>;
}

export type HeadName = keyof typeof heads;

const labels = ['billing', 'login', 'shipping'];
const tags = ['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC'];
const named = (names: readonly string[]) => ({ id2label: Object.fromEntries(names.map((name, i) => [i, name])) });

const heads = {
  label: {
    architecture: 'BertForSequenceClassification',
    layer: 'classifier',
    scores: 3,
    config: { ...named(labels), problem_type: 'single_label_classification' },
  },
  binary: {
    architecture: 'BertForSequenceClassification',
    layer: 'classifier',
    scores: 2,
    config: { ...named(['ham', 'spam']), label_thresholds: { spam: 0.9 } },
  },
  labels: {
    architecture: 'BertForSequenceClassification',
    layer: 'classifier',
    scores: 3,
    config: { ...named(labels), problem_type: 'multi_label_classification' },
  },
  number: {
    architecture: 'BertForSequenceClassification',
    layer: 'classifier',
    scores: 1,
    config: { num_labels: 1, id2label: { 0: 'LABEL_0' }, label_scaling: { mean: 100, deviation: 50 } },
  },
  tags: { architecture: 'BertForTokenClassification', layer: 'classifier', scores: 5, config: named(tags) },
  stretch: { architecture: 'BertForQuestionAnswering', layer: 'qa_outputs', scores: 2, config: {} },
} satisfies Record<string, Head>;

/** `words`: words that are single tokens. */
export function writeTinyHead(folder: string, name: HeadName, words: readonly string[]): void {
  const { architecture, layer, scores, config }: Head = heads[name];
  writeTinyBert(folder, words);
  const own = JSON.parse(readFileSync(join(FIXTURE, 'config.json'), 'utf8')) as object;
  const all = { ...own, architectures: [architecture], problem_type: undefined, label2id: undefined, ...config };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(all));
  const hasPooler = architecture === 'BertForSequenceClassification';
  const weights = { [`${layer}.weight`]: [scores, WIDTH], [`${layer}.bias`]: [scores] };
  const fixture = readFileSync(join(FIXTURE, 'model.safetensors'));
  writeFileSync(join(folder, 'model.safetensors'), withHead(fixture, weights, hasPooler));
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** The trunk from a file of weights, with other layers after it. */
function withHead(file: Buffer, layers: Record<string, number[]>, hasPooler: boolean): Buffer {
  const size = Number(file.readBigUInt64LE());
  const { __metadata__: _, ...entries } = JSON.parse(file.toString('utf8', 8, 8 + size)) as Record<string, Entry>;
  const kept = Object.entries(entries).filter(
    ([name]) => name.startsWith('bert.') && (hasPooler || !name.startsWith('bert.pooler')),
  );
  const parts = kept.map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      return { name, dtype, shape, data: file.subarray(8 + size + from, 8 + size + to) };
    },
  );
  let state = 7;
  for (const [name, shape] of Object.entries(layers)) {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state / 0x7fffffff - 0.5) * 2;
    });
    parts.push({ name, dtype: 'F32', shape, data: Buffer.from(values.buffer) });
  }
  return safetensors(parts);
}

function safetensors(parts: readonly { name: string; dtype: string; shape: number[]; data: Buffer }[]): Buffer {
  let at = 0;
  const header = Object.fromEntries(
    parts.map(({ name, dtype, shape, data }) => [name, { dtype, shape, data_offsets: [at, (at += data.length)] }]),
  );
  const text = JSON.stringify({ __metadata__: { format: 'pt' }, ...header });
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, Buffer.from(padded), ...parts.map(({ data }) => data)]);
}
