import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { decide } from '../../../src/app/decide.ts';
import { targetFacts } from '../../../src/app/serve/target-facts.ts';
import { train } from '../../../src/app/train.ts';
import { openModel, type OpenedModel } from '../../../src/answering/model/open-model.ts';
import { modelPredictor } from '../../../src/answering/predict/model-predictor.ts';
import { asTheyAre } from '../../../src/answering/prompting/asker.ts';
import type { DecisionExample } from '../../../src/data/kinds/decision.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { create } from '../../../src/training/objectives/decision.ts';
import { options as decisionOptions } from '../../../src/training/objectives/decision.options.ts';
import type { Processor } from '../../../src/training/objective.ts';
import { DecisionMarkers } from '../../../src/answering/tasks/rows/decision-markers.ts';
import { askedRow } from '../../../src/answering/tasks/rows/decision-rows.ts';
import { DecisionVectors } from '../../../src/answering/tasks/rows/decision-vectors.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';
import { writeTinyChat } from '../tiny-chat.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-decision-objective-'));
const base = join(folder, 'base');
let opened: OpenedModel;
let processor: Processor;

beforeAll(async () => {
  vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
  vi.stubEnv('ATTUNE_IN_PROCESS', '1');
  opened = await openModel(await writeTinyChat(base), { precision: 'f32' });
  processor = { tokenizer: opened.tokenizer, now: new Date(0), causal: true };
});
afterAll(() => {
  opened.model.dispose();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const options = (keys: readonly string[]) => keys.map((key) => ({ key }));
const example = (id: string, more: Partial<DecisionExample> = {}): DecisionExample => ({
  kind: 'decision',
  id,
  source: { file: 'rows.jsonl', line: 1 },
  state: `Parcel ${id} is late`,
  questions: [
    { id: 'a', type: 'choice', options: options(['x', 'y', 'z']), target: [0, 1, 0] },
    { id: 'b', type: 'noul', options: options(['false', 'true']), target: [0.25, 0.75] },
  ],
  ...more,
});

async function lossOf(given: object, examples: readonly DecisionExample[], at?: { seed: number; step: number }) {
  const objective = create(decisionOptions.parse(given), processor);
  const { rows } = await objective.prepare(examples);
  const drawn =
    objective.draw?.(
      rows.map((row) => row!),
      at,
    ) ?? rows.map((row) => row!);
  const totals = objective.counts({ rows: drawn });
  const { model } = opened;
  return noGrad(() =>
    scope(() => {
      const reference = <T>(body: (model: OpenedModel['model']) => T): T => body(model);
      const { perRow, tally } = objective.loss(model, objective.collate(drawn), { totals, reference });
      return { perRow: [...perRow.toNumbers()], rows: drawn, totals, hits: tally.accuracy.sum.toNumbers()[0] };
    }),
  );
}

describe('the objective of typed questions', () => {
  test('is the cross-entropy of what the model answers, whatever shares a batch', async () => {
    const examples = [example('1'), example('2', { state: 'Another parcel that came in time' })];
    const { perRow, totals } = await lossOf({ shuffle_options: false }, examples);
    expect(totals).toMatchObject({ rows: 2, questions: 4 });
    const predictor = modelPredictor('m', opened, { ...asTheyAre, maxNewTokens: 1 });
    const predictions = await predictor.predict(examples);
    for (const [i, { decisions }] of predictions.entries()) {
      const nats = examples[i].questions.map(({ target }, q) =>
        target!.reduce((sum, t, k) => sum - t * Math.log(decisions![q].probabilities[k]), 0),
      );
      expect(perRow[i]).toBeCloseTo(nats.reduce((sum, one) => sum + one) / 4, 4);
    }
  });

  test('shows choices in other orders at each step, the same again for the same step, and as given in evaluations', async () => {
    const many = example('1', {
      questions: [{ id: 'a', type: 'choice', options: options([...'abcdef']), target: [0, 0, 1, 0, 0, 0] }],
    });
    const drawn = async (at?: { seed: number; step: number }) =>
      (await lossOf({ shuffle_options: true }, [many], at)).rows[0];
    const given = await drawn();
    expect(given.asked[0].target).toEqual([0, 0, 1, 0, 0, 0]);
    const steps = await Promise.all([1, 2, 3, 4, 5].map((step) => drawn({ seed: 7, step })));
    expect(new Set(steps.map(({ asked }) => asked[0].target!.indexOf(1))).size).toBeGreaterThan(1);
    expect((await drawn({ seed: 7, step: 3 })).ids).toEqual(steps[2].ids);
    for (const { ids, asked } of steps) {
      const text = opened.tokenizer.decode([...ids]);
      const label = opened.tokenizer.decode([asked[0].labels[asked[0].target!.indexOf(1)]]);
      expect(text).toContain(`\n${label}: c\n`);
    }
  });

  test('shows some of many options, the right one always', async () => {
    const letters = [...'abcdefghij'];
    const many = example('1', {
      questions: [
        { id: 'a', type: 'choice', options: options(letters), target: letters.map((key) => Number(key === 'h')) },
      ],
    });
    for (const step of [1, 2, 3]) {
      const [{ asked }] = (await lossOf({ max_options: 4 }, [many], { seed: 1, step })).rows;
      expect(asked[0].labels).toHaveLength(4);
      expect(asked[0].target!.filter((t) => t === 1)).toHaveLength(1);
    }
    expect((await lossOf({ max_options: 4 }, [many])).rows[0].asked[0].labels).toHaveLength(10);
  });

  test('adds scores of its own, and the expected reward where there are rewards', async () => {
    const levels = ['0', '1', '2'].map((key) => ({ key, description: `level ${key}` }));
    const ranked = (target: number[]) =>
      example('1', { questions: [{ id: 's', type: 'score', options: levels, target }] });
    const plain = (await lossOf({}, [ranked([1, 0, 0])])).perRow[0];
    const predictor = modelPredictor('m', opened, { ...asTheyAre, maxNewTokens: 1 });
    const [{ decisions }] = await predictor.predict([ranked([1, 0, 0])]);
    const [p, q, r] = decisions![0].probabilities;
    expect((await lossOf({ rps: 1 }, [ranked([1, 0, 0])])).perRow[0] - plain).toBeCloseTo(
      ((1 - p) ** 2 + r ** 2) / 2,
      4,
    );
    expect((await lossOf({ brier: 2 }, [ranked([1, 0, 0])])).perRow[0] - plain).toBeCloseTo(
      2 * ((1 - p) ** 2 + q ** 2 + r ** 2),
      4,
    );
    const rewarded = example('1', { questions: [{ id: 's', type: 'score', options: levels, rewards: [1, -1, 0.5] }] });
    expect((await lossOf({}, [rewarded])).perRow[0]).toBeCloseTo(-(p - q + 0.5 * r), 4);
    // The model is its own reference here, so the KL term is zero.
    expect((await lossOf({ beta: 1 }, [rewarded])).perRow[0]).toBeCloseTo(-(p - q + 0.5 * r), 4);
  });
});

const COLOURS = ['red', 'green', 'blue', 'white'];
const colourRow = (i: number) => ({
  state: `${(i * 7919) % 1000} ${COLOURS[i % 4]} ${(i * 104729) % 1000}`,
  questions: { colour: { type: 'choice', criteria: Object.fromEntries(COLOURS.map((one) => [one, null])) } },
  answers: { colour: COLOURS[i % 4] },
});

/**
 * A few steps suffice to learn answers that the state spells out: with label tokens in a decoder, masks or vectors in
 * an encoder.
 */
test.each([
  ['decoder', {}],
  ['encoder', {}],
  ['sentences', { score_by: 'vectors' }],
] as const)(
  '%s learns labels that are spelled in the state',
  async (kind, given) => {
    const model = kind === 'decoder' ? base : join(folder, 'bert');
    if (kind !== 'decoder') writeTinyBert(model, [...COLOURS, 'choice', 'question']);
    const rows = join(folder, 'rows.jsonl');
    writeFileSync(rows, Array.from({ length: 160 }, (_, i) => JSON.stringify(colourRow(i))).join('\n'));
    const recipe = await resolveRecipe({
      model,
      data: { train: rows, validation: 0, test: 0 },
      objective: { name: 'decision', shuffle_options: false, ...given },
      tuning: 'full',
      training: {
        max_steps: { decoder: 40, encoder: 150, sentences: 70 }[kind],
        batch_size: 16,
        precision: 'f32',
        learning_rate: kind === 'encoder' ? 0.005 : 0.01,
      },
      output_dir: join(folder, `run-${kind}`),
    });
    expect((await train(recipe)).outcome).toBe('finished');
    const tuned = await openModel(join(folder, `run-${kind}`), { precision: 'f32' });
    const asked = Array.from({ length: 20 }, (_, i) => ({
      ...example(String(i)),
      state: colourRow(i + 1000).state,
      questions: [{ id: 'colour', type: 'choice' as const, options: options(COLOURS) }],
    }));
    const predictor = modelPredictor('m', tuned, {
      ...asTheyAre,
      maxNewTokens: 1,
      asksReversed: true,
    });
    const predictions = await predictor.predict(asked);
    const right = predictions.filter(({ decisions }, i) => {
      const { probabilities } = decisions![0];
      return probabilities.indexOf(Math.max(...probabilities)) === (i + 1000) % 4;
    });
    // Each question is answered as if it were the only one.
    const both = example('1');
    const [together] = await predictor.predict([both]);
    for (const [q, question] of both.questions.entries()) {
      const [alone] = await predictor.predict([{ ...both, questions: [{ ...question, id: 'renamed' }] }]);
      const [mine, other] = [together.decisions![q].probabilities, alone.decisions![0].probabilities];
      for (const [k, p] of mine.entries()) expect(Math.abs(p - other[k])).toBeLessThan(1e-5);
    }
    tuned.model.dispose();
    const criteria = { red: null, green: null };
    const decided = await decide(join(folder, `run-${kind}`), {
      state: colourRow(4).state,
      questions: { colour: { type: 'choice', criteria } },
      precision: 'f32',
    });
    expect(decided.answers.colour).toMatchObject({ type: 'choice', choice: expect.any(String) });
    expect(decided.usage.inputTokens).toBeGreaterThan(10);
    expect(right.length).toBeGreaterThan(17);
    expect((await targetFacts(join(folder, `run-${kind}`))).kind).toBe(kind === 'decoder' ? 'text' : 'rows');
  },
  240_000,
);

describe('an encoder', () => {
  let encoder: OpenedModel;
  beforeAll(async () => {
    writeTinyBert(join(folder, 'encoder'), ['parcel', 'late']);
    encoder = await openModel(join(folder, 'encoder'), { precision: 'f32', as: 'token' });
  });
  afterAll(() => encoder.model.dispose());

  test('scores each option at a mask of its own, and special tokens in texts move none', async () => {
    const reader = new DecisionMarkers(encoder.tokenizer, 'state_first');
    const asked = { id: 'a', type: 'choice' as const, options: options(['x', 'y [MASK] z', '[SEP]']) };
    const { ids, marks } = await reader.prompt('late [SEP] [MASK] parcel', asked);
    const mask = encoder.tokenizer.special.mask!.id;
    expect([...ids.keys()].filter((t) => ids[t] === mask)).toEqual(marks);
    expect(marks).toHaveLength(3);
    const text = encoder.tokenizer.decode([...ids]).replaceAll(' ', '');
    expect(text).toBe('[CLS]lateparcel[SEP]choicequestion:[SEP][MASK]x[MASK]yz[MASK][SEP]');
    const laya = await new DecisionMarkers(encoder.tokenizer, 'laya').prompt('late', asked);
    expect(encoder.tokenizer.decode([...laya.ids]).replaceAll(' ', '')).toBe(
      '[CLS]choicequestion:[SEP][MASK]x[MASK]yz[MASK][SEP]late[SEP]',
    );
  });

  test('reads a state once for all of its questions, which see neither each other nor the order of texts', async () => {
    const asked = example('1').questions;
    const [some, all] = await Promise.all(
      [asked.slice(0, 1), [...asked, ...asked, ...asked]].map((questions) =>
        askedRow(
          { ...example('1'), questions: questions.map((one, i) => ({ ...one, id: String(i) })) },
          new DecisionMarkers(encoder.tokenizer, 'state_first'),
        ),
      ),
    );
    const own = some.ids.length - some.state.length;
    expect(some.state.length).toBeGreaterThan(5);
    expect(all.segments!.slice(0, 2)).toEqual([some.state.length, own]);
    expect(all.parents).toEqual([-1, 0, 0, 0, 0, 0, 0]);
    expect(all.ids.length).toBe(all.state.length + all.segments!.slice(1).reduce((sum, length) => sum + length));
  });

  test('scores options by their vectors, each a text of its own', async () => {
    const reader = new DecisionVectors(encoder.tokenizer);
    const row = await askedRow({ ...example('1'), state: 'late [SEP] parcel' }, reader);
    const texts = row.segments!.map((length, i) => {
      const start = row.segments!.slice(0, i).reduce((sum, one) => sum + one, 0);
      return encoder.tokenizer.decode([...row.ids.subarray(start, start + length)]).replaceAll(' ', '');
    });
    expect(texts).toEqual(['lateparcel', 'x', 'y', 'z', 'no', 'yes'].map((text) => `[CLS]${text}[SEP]`));
    expect(row.parents).toBeUndefined();
  });

  test('that scores classes is refused', async () => {
    const predictor = modelPredictor('m', encoder, { ...asTheyAre, maxNewTokens: 1 });
    await expect(predictor.predict([example('1')])).rejects.toMatchObject({ code: 'E_WRONG_ROWS' });
  });
});
