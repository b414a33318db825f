import { describe, expect, it } from 'vitest';
import { cutRow, type FitOptions } from '../../../src/data/cut-row.ts';
import { exampleRow } from '../../../src/data/example-row.ts';
import { detectFormat } from '../../../src/data/formats/detect.ts';
import { RowReader } from '../../../src/data/formats/row-reader.ts';
import { kindOf, kinds, type Example } from '../../../src/data/kinds/index.ts';
import type { Kind } from '../../../src/data/kinds/kind.ts';
import { metrics } from '../../../src/scoring/metrics/index.ts';
import { objectives } from '../../../src/training/objectives/index.ts';
import { answersKind, taskNames, tasks as knownTasks } from '../../../src/answering/tasks/index.ts';
import type { Task } from '../../../src/models/architecture.ts';
import { SAMPLES } from './format-samples.ts';

const provenance = { id: '0123456789abcdef', source: { file: 'rows.jsonl', line: 1 } };

function exampleFrom(row: Record<string, unknown>, { read }: Kind<Example>['formats'][string]): Example {
  const reader = new RowReader(row, { file: 'rows.jsonl', line: 1 });
  const body = read(reader);
  expect(reader.problems).toEqual([]);
  return { ...body!, ...provenance };
}

/** One example of each format of the kind; separate parts of a row are joined first. */
function examplesOf({ name, formats }: Kind<Example>): Example[] {
  const read = Object.entries(formats).flatMap(([format, one]) =>
    SAMPLES[format as keyof typeof SAMPLES].map(({ row }) => exampleFrom(row, one)),
  );
  return read.filter((example) => example.kind === name && !('part' in example));
}

/** Whether models of a task answer such a row, or transcribe it. */
function isAnswered(example: Example, task: Task): boolean {
  const isSpoken = 'media' in example && example.media?.kind === 'audio';
  return answersKind(task, example.kind) || (isSpoken && knownTasks[task].transcribes?.(true) === true);
}

const answering = taskNames.filter((task) => knownTasks[task].answering ?? knownTasks[task].transcribes);

it.each(answering)('the task %s has a kind of rows that is trained for it and answered by it', (task) => {
  const all = kinds.flatMap((kind) => examplesOf(kind).map((example) => ({ kind, example })));
  const trained = all.filter(({ kind, example }) => kind.needs?.(example).tasks.includes(task));
  expect(trained.filter(({ example }) => isAnswered(example, task))).not.toEqual([]);
});

describe.each(kinds.map((kind) => ({ name: kind.name, kind })))('rows of kind $name', ({ kind }) => {
  const examples = examplesOf(kind);

  it('come from its formats and know their kind', () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(kindOf(example)).toBe(kind);
  });

  it.runIf(kind.row !== undefined)('are written as rows that detection reads back', async () => {
    for (const example of examples) {
      const row = JSON.parse(JSON.stringify(exampleRow(example))) as Record<string, unknown>;
      const { name, format } = await detectFormat([row, row], { file: 'rows.jsonl' });
      expect(Object.keys(kind.formats)).toContain(name);
      expect(exampleFrom(row, format)).toEqual(example);
    }
  });

  it.runIf(kind.row === undefined)('are refused where they would have to be written', () => {
    for (const example of examples)
      expect(() => exampleRow(example)).toThrow(expect.objectContaining({ code: 'E_WRONG_ROWS' }));
  });

  it('have a text to compare by, which begins with the question where there is one', () => {
    for (const example of examples) {
      expect(kind.text(example)).not.toBe('');
      expect(kind.text(example).startsWith(kind.question?.(example) ?? '')).toBe(true);
    }
  });

  it('stay what they are when their texts are put in the same words', () => {
    expect(kind.withWritten === undefined).toBe(kind.written === undefined);
    const same = examples.map((example) => {
      const texts = kind.written?.(example);
      return texts === undefined ? example : kind.withWritten?.(example, texts);
    });
    expect(same).toEqual(examples);
  });

  it('answer with their label', () => {
    const { label } = kind;
    const labels = examples.map((example) =>
      label?.type === 'class' || label?.type === 'number' ? String(label.of(example)) : kind.answer(example),
    );
    expect(examples.map((example) => kind.answer(example))).toEqual(labels);
  });

  it('name metrics, objectives and tasks that there are', () => {
    const named = Object.values(kind.forms ?? {}).flatMap((form) => form.metrics);
    expect(named.filter((name) => !metrics.has(name))).toEqual([]);
    const { objective } = kind;
    const trained = objective === undefined ? [] : [objective, ...Object.values(objective.ofClasses ?? {})];
    expect(trained.map(({ name }) => name).filter((name) => !objectives.has(name))).toEqual([]);
    const tasks = examples.flatMap((example) => kind.needs?.(example).tasks ?? []);
    expect(tasks.filter((task) => !Object.hasOwn(knownTasks, task))).toEqual([]);
  });

  it('are answered by the tasks that they need, or by some task where they need none', () => {
    for (const example of examples) {
      const able = taskNames.filter((task) => isAnswered(example, task));
      const [some] = able;
      expect(able).toEqual(expect.arrayContaining([...(kind.needs?.(example).tasks ?? [some])]));
      expect(some).toBeDefined();
    }
  });

  it('have one form of answers, or say which', () => {
    const forms = Object.keys(kind.forms ?? {});
    expect(kind.formOf !== undefined).toBe(forms.length > 1);
    expect([...forms, undefined]).toContain(kind.formOf?.(examples));
  });

  describe.each(['right', 'left', 'middle'] as const)('cut on the %s', (side) => {
    it.each(['fail', 'drop', 'truncate', 'split'] as const)('under %s keep an order of tokens that fits', (policy) => {
      const [length, maxLength] = [40, 12];
      const ids = Int32Array.from({ length }, (_, token) => token);
      const row = { ids, trained: new Uint8Array(length).fill(1, 30, 39) };
      const options: FitOptions = { maxLength, policy, side, keepStart: 1, starts: [0], ends: [39] };
      const pieces = cutRow(row, examples[0], options);
      const isDropped = policy === 'fail' || policy === 'drop' || kind.cut === 'never';
      expect(pieces.length === 0).toBe(isDropped);
      for (const piece of pieces) {
        const { segments = [piece.ids.length] } = piece as { segments?: readonly number[] };
        expect(piece.trained).toHaveLength(piece.ids.length);
        let from = 0;
        for (const segment of segments) {
          expect(segment).toBeLessThanOrEqual(maxLength);
          const kept = [...piece.ids.subarray(from, from + segment)];
          expect(kept).toEqual([...new Set(kept)].toSorted((a, b) => a - b));
          from += segment;
        }
        expect(from).toBe(piece.ids.length);
      }
    });
  });
});
