// L steps of all rows, R rows
import { AttuneError } from '../../base/errors.ts';
import type { StepwiseExample } from '../../data/example.ts';
import { aten, fromArray, stack, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Objective, Processor } from '../objective.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import type { PrmOptions } from './prm.options.ts';
import { stepRows } from '../../answering/tasks/rows/step-rows.ts';
import { stepScores } from '../../answering/tasks/rows/step-scores.ts';
import { countTrained, taggedTokens } from '../../answering/tasks/rows/trained-tokens.ts';
import type { ValuesRow } from '../../answering/tasks/rows/prepared-rows.ts';

/**
 * Process reward model (Lightman et al., 2023): a two-class head predicts whether each step is right, at the token that
 * ends it. Cross-entropy, averaged over steps; a label between 0 and 1 is the probability of a right step.
 */
export function create(options: PrmOptions, processor: Processor): Objective<StepwiseExample, ValuesRow> {
  const { step_separator: separator, max_completion_length: longestAnswer } = options;
  if (!processor.causal && longestAnswer !== null) throw cutAnywhere(longestAnswer);
  return {
    task: 'token',
    accepts: ['stepwise'],
    separable: true,
    unit: 'steps',
    config: { step_separator: separator },
    ...(longestAnswer !== null && { longestAnswer }),
    async prepare(examples) {
      const rows = await stepRows(examples, { ...processor, separator });
      return { rows: rows.map((row, i) => ({ ...row, values: examples[i].labels })), problems: [] };
    },
    check: refuseOneVerdict,
    ...(options.train_on_last_step_only && { draw: (rows, at) => (at === undefined ? rows : rows.map(ofLastStep)) }),
    collate: (rows) => collateRows(rows, { causal: processor.causal }),
    counts: (batch) => ({ ...countTrained(batch), steps: countTrained(batch).tokens }),
    loss(model, batch, { totals, runner }) {
      const { values, rows } = taggedTokens(batch);
      const scores = stepScores(model, batch, runner);
      const right = fromArray(Float32Array.from(values)).to(scores.dtype).toDevice(scores.device);
      const rowOf = fromArray(BigInt64Array.from(rows, BigInt)).toDevice(scores.device);
      const none = zeros([batch.rows.length], { dtype: scores.dtype, device: scores.device });
      const losses = stepLosses(scores, right).mul(1 / Math.max(1, totals.steps));
      const hits = scores.argmax(-1).eq(aten.ge.Scalar(right, 0.5).to('i64')).sum();
      return {
        perRow: aten.index_add.default(none, 0, rowOf, losses),
        tally: { step_accuracy: { sum: hits, count: values.length } },
      };
    },
  };
}

/** Cross-entropy of each step: scores [L, 2], probability of a right step [L] → [L] */
export function stepLosses(scores: Tensor, right: Tensor): Tensor {
  const wanted = stack([right.mul(-1).add(1), right], 1);
  return scores.logSoftmax(-1).mul(wanted).sum(-1).neg();
}

/** Keeps only the last verdict. */
function ofLastStep(row: ValuesRow): ValuesRow {
  const last = row.trained.lastIndexOf(1);
  const steps = row.trained.reduce((sum, one) => sum + one, 0);
  if (steps < 2) return row;
  return {
    ...row,
    trained: row.trained.map((_, t) => Number(t === last)),
    values: row.values.slice(steps - 1, steps),
  };
}

/** @throws AttuneError E_ONE_VERDICT */
function refuseOneVerdict(train: readonly StepwiseExample[]): void {
  const labels = train.flatMap(({ labels: own }) => own);
  if (labels.length === 0 || (labels.some((label) => label >= 0.5) && labels.some((label) => label < 0.5))) return;
  const isRight = labels[0] >= 0.5;
  throw new AttuneError('E_ONE_VERDICT', {
    what: 'All steps of the training rows have the same verdict, so there is nothing to learn',
    got: isRight ? 'right steps only' : 'wrong steps only',
    expected: 'steps with label true and steps with label false',
    fix: `add answers with ${isRight ? 'wrong' : 'right'} steps`,
  });
}

function cutAnywhere(longest: number): AttuneError {
  return new AttuneError('E_OPTION_IDLE', {
    what: 'An encoder reads prompt and answer as one text with a single length limit',
    got: `max_completion_length: ${longest}`,
    fix: 'remove it; data.max_length limits both together',
  });
}
