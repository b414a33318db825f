// R rows, L trained tokens, V vocabulary
import type { Metrics } from '../../base/events.ts';
import { randomUnit } from '../../base/random.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import { Renderer } from '../../models/text/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, PreparedRow, Reference } from '../../answering/tasks/rows/prepared-rows.ts';
import type { LossResult, Objective, PassContext, Processor } from '../objective.ts';
import type { Produced, StepContext } from '../produce.ts';
import { trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import { divergenceOf, sparseDivergenceOf } from './distillation-losses.ts';
import { endpointTeacher, scoresWidth, type EndpointTeacher, type TaughtRow } from './endpoint-teacher.ts';
import type { GkdOptions } from './gkd.options.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { countTokens, predictionsOf, sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import { hash32 } from './rollout-seed.ts';
import { renderExamples } from '../../answering/tasks/rows/rendered-rows.ts';
import type { ChatExample, CompletionExample } from '../../data/example.ts';

/**
 * Distillation on given answers and on the student's own (Agarwal et al., 2024): at each token of an answer, the
 * student's distribution is pulled towards the teacher's.
 */
export function create(
  options: GkdOptions,
  processor: Processor,
): Objective<ChatExample | CompletionExample, PreparedRow, TaughtRow> {
  const renderer = new Renderer(processor.tokenizer, { trainOn: 'last_answer', now: processor.now });
  const isOnPolicy = options.lmbda > 0;
  const teacher = options.teacher === null ? undefined : endpointTeacher(options.teacher, processor.tokenizer);
  return {
    task: 'causal-lm',
    accepts: ['chat', 'completion'],
    separable: true,
    unit: 'tokens',
    ...(teacher === undefined && { reference: { model: options.teacher_model } }),
    prepare: (examples) => renderExamples(renderer, examples),
    ...((isOnPolicy || teacher !== undefined) && {
      production: {
        rollsOut: isOnPolicy,
        produce: (rows, step) => producedRows(rows, step, { ...options, taught: teacher?.taught }),
        largest: (row) => largestRow(row, options),
      },
    }),
    ...(teacher !== undefined && { ready: teacher.ready, load: (rows) => teacher.taught(rows) }),
    collate: (rows) => collateRows(rows, { causal: true }),
    counts: countTokens,
    loss: (model, batch, context) => lossOf(model, batch, { ...context, options }),
  };
}

/** The largest version of a row: with its own or a generated answer, and the teacher's scores. */
function largestRow(row: PreparedRow, { lmbda, max_completion_length: longest, teacher }: GkdOptions): TaughtRow {
  const answered =
    lmbda === 0
      ? row
      : withAnswer(
          row,
          Array.from({ length: longest }, () => 0),
        );
  if (teacher === null) return answered;
  const count = scoresWidth(teacher) * answered.trained.reduce((sum, one) => sum + one, 0);
  return { ...answered, rivals: new Int32Array(count), reference: new Float32Array(count).fill(-1) };
}

async function producedRows(
  rows: readonly PreparedRow[],
  step: StepContext,
  { taught, ...options }: GkdOptions & { taught?: EndpointTeacher['taught'] },
): Promise<Produced<TaughtRow>> {
  const { update, metrics } =
    options.lmbda === 0 ? { update: rows, metrics: {} } : await ownAnswers(rows, step, options);
  return { updates: [(await taught?.(update, step.signal)) ?? update], metrics };
}

/** Replaces the answers of some rows by newly generated ones. */
async function ownAnswers(
  rows: readonly PreparedRow[],
  step: StepContext,
  options: GkdOptions,
): Promise<{ update: PreparedRow[]; metrics: Metrics }> {
  const { rollouts, seed, signal, shared } = step;
  if (rollouts === undefined) throw new Error('this objective needs rollouts');
  const keyOf = (row: PreparedRow) => hash32(`${seed} ${step.step} ${row.id}`);
  const isOwn = rows.map((row) => randomUnit([keyOf(row), 'own-answers']) < options.lmbda);
  const asked = rows.filter((_, i) => isOwn[i]);
  const answers = await rollouts.generate(
    asked.map((row) => ({
      prompt: promptOf(row),
      maxNewTokens: options.max_completion_length,
      temperature: options.temperature,
      seed: keyOf(row),
      signal,
    })),
    { shared },
  );
  const own = new Map(asked.map((row, i) => [row, answers[i][0]]));
  const update = rows.map((row): PreparedRow => {
    const answer = own.get(row);
    if (answer === undefined) return row;
    return withAnswer(row, answer.stopId === undefined ? answer.ids : [...answer.ids, answer.stopId]);
  });
  const lengths = answers.map(([{ ids }]) => ids.length);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const metrics: Metrics = lengths.length === 0 ? {} : { 'completions/mean_length': mean };
  return { update: update.filter((row) => row.trained.includes(1)), metrics };
}

function withAnswer(row: PreparedRow, answer: readonly number[]): PreparedRow {
  const prompt = promptOf(row);
  const ids = Int32Array.from([...prompt, ...answer]);
  return { ...row, ids, trained: Uint8Array.from(ids, (_, t) => Number(t >= prompt.length)) };
}

function promptOf({ ids, trained }: PreparedRow): Int32Array {
  return ids.subarray(0, Math.max(1, trained.indexOf(1)));
}

function lossOf(
  model: Model,
  batch: Batch<TaughtRow>,
  { totals, runner, reference, options }: PassContext & { options: GkdOptions },
): LossResult {
  const { hidden, hit, texts, layout } = trainedTokensOf(model, batch, { runner });
  const { places, rows } = predictionsOf(batch, layout);
  const onDevice = (array: BigInt64Array): Tensor => fromArray(array).toDevice(model.device);
  const student = model.tokenHead.logits(hidden);
  const divergence =
    options.teacher === null
      ? divergenceOf(student, teacherLogits(batch, onDevice(places), reference), options)
      : sparseDivergenceOf(student, scoresIn(batch, scoresWidth(options.teacher), student), options.beta);
  return {
    perRow: sumsOfRows(divergence.mul(1 / totals.tokens), onDevice(rows), batch.rows.length),
    tally: { mean_token_accuracy: { sum: hit.sum(), count: texts.length } },
  };
}

function teacherLogits(batch: Batch, places: Tensor, reference: Reference | undefined): Tensor {
  if (reference === undefined) throw new Error('this objective needs a reference model');
  return reference((other) => other.tokenHead.logits(other.hidden(batch.input).indexSelect(0, places)));
}

/** The teacher's scores of all trained tokens: ids and log-probabilities [L, K] */
function scoresIn({ rows }: Batch<TaughtRow>, width: number, { device }: Tensor): { ids: Tensor; logProbs: Tensor } {
  const ids = BigInt64Array.from(rows.flatMap(({ rivals = [] }) => [...rivals]).map(BigInt));
  const logProbs = Float32Array.from(rows.flatMap(({ reference = [] }) => [...reference]));
  const shaped = (values: BigInt64Array | Float32Array) => fromArray(values).reshape(-1, width).toDevice(device);
  return { ids: shaped(ids), logProbs: shaped(logProbs) };
}
