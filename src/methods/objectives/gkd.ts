// R rows, L trained tokens, V vocabulary
import type { Metrics } from '../../base/events.ts';
import { randomUnit } from '../../base/random.ts';
import { fromArray, type Tensor } from '../../tensor/index.ts';
import { Renderer } from '../../text/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, LossResult, Objective, PassContext, PreparedRow, Processor } from '../../train/interfaces.ts';
import type { Produced, StepContext } from '../../train/produce.ts';
import { trainedTokensOf } from './answer-log-probs.ts';
import { divergenceOf } from './distillation-losses.ts';
import type { GkdOptions } from './gkd.options.ts';
import { collateRows, countTokens, predictionsOf, sumsOfRows } from './next-token.ts';
import { hash32 } from './rollout-seed.ts';
import { renderExamples } from './sft.ts';

/**
 * Distillation on given answers and on the student's own (Agarwal et al., 2024): at each token of an answer the student's
 * distribution is drawn to the teacher's.
 */
export function create(options: GkdOptions, processor: Processor): Objective {
  const renderer = new Renderer(processor.tokenizer, { trainOn: 'last_answer', now: processor.now });
  const isOnPolicy = options.lmbda > 0;
  return {
    task: 'causal-lm',
    accepts: ['chat', 'completion'],
    separable: true,
    unit: 'tokens',
    needs: { reference: true, ...(isOnPolicy && { rollouts: true }) },
    referenceModel: options.teacher_model,
    prepare: (examples) => renderExamples(renderer, examples),
    ...(isOnPolicy && { produce: (rows, step) => ownAnswers(rows, step, options) }),
    ...(isOnPolicy && {
      largest: (row) =>
        withAnswer(
          row,
          Array.from({ length: options.max_completion_length }, () => 0),
        ),
    }),
    collate: (rows) => collateRows(rows, { causal: true }),
    counts: countTokens,
    loss: (model, batch, context) => lossOf(model, batch, { ...context, options }),
  };
}

/** Some of the rows with what the model answers now in place of their answers. */
async function ownAnswers(rows: readonly PreparedRow[], step: StepContext, options: GkdOptions): Promise<Produced> {
  const { rollouts, seed, signal } = step;
  if (rollouts === undefined) throw new Error('this objective is to be given rollouts');
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
  return { updates: [update.filter((row) => row.trained.includes(1))], metrics };
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
  batch: Batch,
  { totals, runner, reference, options }: PassContext & { options: GkdOptions },
): LossResult {
  if (reference === undefined) throw new Error('this objective is to be given a reference model');
  const { hidden, hit, texts, layout } = trainedTokensOf(model, batch, { runner });
  const { places, rows } = predictionsOf(batch, layout);
  const onDevice = (array: BigInt64Array): Tensor => fromArray(array).toDevice(model.device);
  const teacher = reference((other) =>
    other.tokenHead.logits(other.hidden(batch.input).indexSelect(0, onDevice(places))),
  );
  const divergence = divergenceOf(model.tokenHead.logits(hidden), teacher, options);
  return {
    perRow: sumsOfRows(divergence.mul(1 / totals.tokens), onDevice(rows), batch.rows.length),
    tally: { mean_token_accuracy: { sum: hit.sum(), count: texts.length } },
  };
}
