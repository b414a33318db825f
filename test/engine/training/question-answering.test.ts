// Start and end of answers: the loss of Hugging Face's `…ForQuestionAnswering`, windows, and answers read from a model.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QuestionExample } from '../../../src/data/example.ts';
import { objectives } from '../../../src/training/objectives/index.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';
import type { Objective, Processor } from '../../../src/training/objective.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import { answerWithSpans, withoutThreshold } from '../../../src/answering/tasks/answers/spans.ts';
import { prepareSplit, type PrepareContext } from '../../../src/jobs/rows/prepare-rows.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';
import type { QuestionRow } from '../../../src/answering/tasks/rows/context-windows.ts';

const folder = mkdtempSync(`${tmpdir()}/attune-questions-`);
let tokenizer: Tokenizer;
let model: Model;
let objective: Objective;

beforeAll(async () => {
  process.env.ATTUNE_HOME = `${folder}/home`;
  writeTinyBert(folder, ['anna', 'rome', 'lives', 'in', 'where']);
  tokenizer = await Tokenizer.load(folder);
  ({ model } = await loadModel(folder, { task: 'question', dtype: 'f32', seed: 3 }));
  const processor = {
    tokenizer,
    causal: false,
    statistics: { rows: 2, counts: [], mean: 0, deviation: 1, unanswered: 1 },
  };
  const options = { stride: 2, longest_answer: 5, null_answers: null, null_score_diff_threshold: 'auto' };
  const method = await objectives.load('question_answering');
  objective = await method.create(options, processor as unknown as Processor);
});
afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const source = { file: 'rows', line: 1 };

function asked(context: string, ...answers: string[]): QuestionExample {
  const spans = answers.map((text) => ({ text, start: context.indexOf(text) }));
  return { kind: 'question', id: context.slice(0, 16), source, question: ' where?', context, answers: spans };
}

const examples = [asked('😀 Anna lives in Rome.', 'in Rome'), asked('anna, anna and anna')];

async function prepared(all: readonly QuestionExample[]): Promise<QuestionRow[]> {
  const { rows, problems } = await objective.prepare(all);
  expect(problems).toEqual([]);
  return rows as QuestionRow[];
}

const tokens = ({ ids }: PreparedRow) => [...ids].map((id) => tokenizer.tokenOf(id));

describe('a question and its text', () => {
  it('are one row, of which the answer is some tokens of the text, or the first where there is none', async () => {
    const [row, none] = await prepared(examples);
    expect(tokens(row)).toEqual(['[CLS]', 'where', '?', '[SEP]', '[UNK]', 'anna', 'lives', 'in', 'rome', '.', '[SEP]']);
    expect([[...row.trained].join(''), [...(row.typeIds ?? [])].join('')]).toEqual(['00001111110', '00001111111']);
    expect([row.values, none.values]).toEqual([
      [7, 8],
      [0, 0],
    ]);
    const spans = { stride: 2, longest: 5, may_be_absent: true, null_score_diff_threshold: 0 };
    expect(objective.config).toEqual({ answer_spans: spans });
  });

  it('has no use for a threshold where all texts have an answer', async () => {
    const options = { null_answers: false, null_score_diff_threshold: 1 };
    const { create } = await objectives.load('question_answering');
    await expect(create(options, { tokenizer } as never)).rejects.toThrow(/E_OPTION_IDLE[^]*null_answers: true/);
  });

  it('without an answer cannot be trained on', async () => {
    const { problems } = await objective.prepare([{ ...examples[0], answers: undefined }]);
    expect(problems[0]).toMatchObject({ field: 'answers', message: 'is missing' });
  });

  it('cost half of both places’ cross-entropies over the row’s own tokens, whatever stands beside it', async () => {
    const rows = await prepared(examples);
    const wanted = rows.map((row) => {
      const [start, end] = scope(() => {
        const hidden = noGrad(() => model.hidden(objective.collate([row]).input));
        const scores = model.questionHead.scores(hidden);
        return [scores.start.toNumbers(), scores.end.toNumbers()];
      });
      const entropy = (scores: readonly number[], right: number) =>
        Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[right];
      return (entropy([...start], row.values![0]) + entropy([...end], row.values![1])) / 2;
    });
    const { perRow, metrics } = await evaluateRows({ model, objective }, rows, { microBatchTokens: 1000 });
    for (const [i, value] of wanted.entries()) expect(perRow[i]).toBeCloseTo(value, 5);
    expect(metrics.loss).toBeCloseTo((wanted[0] + wanted[1]) / 2, 5);
    expect(metrics).toHaveProperty('span_accuracy');
  });
});

describe('a long text', () => {
  const long = asked(`${'anna lives. '.repeat(6)}rome`, 'rome');
  const context = (policy: string): PrepareContext => {
    const data = { max_length: 14, long_rows: policy };
    const recipe = { data, objective: {}, references: {} } as unknown as PrepareContext['recipe'];
    const rest = { labels: [], maxPositions: 64, now: new Date(0), emit: () => undefined };
    return { objective, tokenizer, recipe, ...rest };
  };

  it('becomes windows under every policy, and each knows its row', async () => {
    const { rows, rowOf, cuts } = await prepareSplit([examples[1], long], context('fail'));
    expect(rowOf).toEqual([0, 1, 1, 1]);
    expect((rows as QuestionRow[]).map(({ values }) => values)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [8, 8],
    ]);
    expect(tokens(rows[3])[8]).toBe('rome');
    expect(cuts).toEqual([]);
  });

  it('is answered as far as its threshold lets "none" be better, and both readings are shown', async () => {
    const answering = { model, tokenizer, media: undefined, baseFolder: folder, notes: undefined };
    const before = model.config;
    const read = async (spans: object) => {
      model.config = { ...before, answer_spans: { may_be_absent: true, ...spans } };
      const predictions = await answerWithSpans(answering, [{ example: long }], {});
      const system = { name: 'tuned', title: 'tuned', kind: 'tuned', predictions } as const;
      return { ...predictions[0], shown: withoutThreshold(system, model.config) };
    };
    const { stretch, shown } = await read({});
    const { text, noneBy } = stretch!;
    expect([text === '', shown]).toEqual([false, []]);
    expect((await read({ null_score_diff_threshold: noneBy })).text).toBe(text);
    const below = await read({ null_score_diff_threshold: noneBy - 1e-6 });
    expect(below.text).toBe('');
    const [plain] = below.shown;
    expect([plain.name, plain.kind, plain.predictions[0].text]).toEqual([
      'tuned_at_0',
      'variant',
      noneBy > 0 ? '' : text,
    ]);
    // If every question has an answer, the threshold is ignored.
    const always = await read({ may_be_absent: false, null_score_diff_threshold: noneBy - 1 });
    expect([always.text, always.shown]).toEqual([text, []]);
    model.config = before;
  });

  it('whose question leaves no room is refused, or left out and listed', async () => {
    const wordy = { ...long, id: 'wordy', question: 'where '.repeat(20) };
    await expect(prepareSplit([examples[1], wordy], context('fail'))).rejects.toMatchObject({
      code: 'E_ROWS_TOO_LONG',
    });
    const { rowOf, cuts } = await prepareSplit([examples[1], wordy], context('truncate'));
    expect([rowOf, cuts.map(({ row, action }) => [row, action])]).toEqual([[0], [[1, 'dropped']]]);
  });

  it('is answered by the best stretch of all windows', async () => {
    const reading = { max_length: 14 } as never;
    model.config = { ...model.config, ...objective.config };
    const answering = { model, tokenizer, media: undefined, baseFolder: folder, notes: undefined, reading };
    const [{ text, usage }] = await answerWithSpans(answering, [{ example: long }], {});
    expect(text === '' || long.context.includes(text!)).toBe(true);
    expect(usage?.inputTokens).toBe(14 + 14 + 10);
    // By hand: the best span of each window, and the best of these.
    const { rows } = await prepareSplit([long], context('fail'));
    let [best, none] = [-Infinity, Infinity];
    for (const row of rows) {
      const { start, end } = scope(() => {
        const scores = noGrad(() => model.questionHead.scores(model.hidden(objective.collate([row]).input)));
        return { start: [...scores.start.toNumbers()], end: [...scores.end.toNumbers()] };
      });
      none = Math.min(none, start[0] + end[0]);
      for (const [i, one] of row.trained.entries())
        for (let j = one === 1 ? i : Infinity; j < i + 5 && row.trained[j] === 1; j++)
          best = Math.max(best, start[i] + end[j]);
    }
    expect(text === '').toBe(none > best);
    model.config = { ...model.config, answer_spans: { may_be_absent: false, stride: 2, longest: 1 } };
    const [forced] = await answerWithSpans(answering, [{ example: long }], {});
    expect(forced.text).toMatch(/^(anna|lives|rome|\.)$/);
  });
});
