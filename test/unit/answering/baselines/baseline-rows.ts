// Rows for the tests of baselines.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WaveFile } from '../../../wave-file.ts';
import type { MediaKind } from '../../../../src/data/media.ts';
import type { ClassificationExample, CompletionExample, Example, ItemsExample } from '../../../../src/data/example.ts';
import { baselines, type BaselineName } from '../../../../src/answering/baselines/index.ts';

export function row(prompt: string, completion: string, index = 0): CompletionExample {
  return { kind: 'completion', id: `${index}`, source: { file: 'rows.jsonl', line: index + 1 }, prompt, completion };
}

export function basket(items: string[], index: number): ItemsExample {
  return { kind: 'items', id: `${index}`, source: { file: 'rows.jsonl', line: index + 1 }, items };
}

export function classRow(text: string, label: string, index: number): ClassificationExample {
  return { kind: 'classification', id: `${index}`, source: { file: 'rows.jsonl', line: index + 1 }, text, label };
}

/** Rows that are files, in two alternating classes. */
export function mediaRows(folder: string, kind: MediaKind, bytesOf: (i: number) => Buffer): ClassificationExample[] {
  return Array.from({ length: 12 }, (_, i) => {
    const path = join(folder, `${kind}-${i}`);
    writeFileSync(path, bytesOf(i));
    return { ...classRow('', i % 2 === 0 ? 'one' : 'other', i), media: { kind, path, hash: String(i) } };
  });
}

/** A second of one tone, as WAV. */
export function tone(hertz: number, phase: number): Buffer {
  const wave = new WaveFile();
  wave.fromScratch(
    1,
    16_000,
    '16',
    Array.from({ length: 16_000 }, (_, t) => 9000 * Math.sin((hertz * 2 * Math.PI * t) / 16_000 + phase)),
  );
  return Buffer.from(wave.toBuffer());
}

export const animals = ['cats purr and meow', 'dogs bark and fetch', 'a cat may meow', 'the dog will bark'];
export const animalRows = Array.from({ length: 40 }, (_, i) =>
  row(`Text: ${animals[i % 4]} ${i}. Animal:`, ['cat', 'dog'][i % 2], i),
);

export async function answers(name: BaselineName, train: readonly Example[], examples: readonly Example[]) {
  const predictor = await (await baselines.load(name)).fit(train);
  return predictor.predict(examples);
}
