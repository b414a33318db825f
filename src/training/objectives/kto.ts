// R rows, each an answer with a verdict; S texts of all rows
import { AttuneError } from '../../base/errors.ts';
import type { FeedbackExample } from '../../data/example.ts';
import { Renderer } from '../../models/text/index.ts';
import { fromArray, tensor, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, Prepared, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { JointLoss, LossResult, Objective, PassContext, Processor, JudgedRow } from '../objective.ts';
import { sumsOfTexts, textsFromEnd, trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import type { KtoOptions } from './kto.options.ts';
import { RunningMean, unpairedLoss, type UnpairedLossName } from './kto-losses.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { trainedTokens } from '../../answering/tasks/rows/trained-tokens.ts';
import { columns } from '../../answering/tasks/rows/preference-rows.ts';
import { renderAnswers, sharedPromptRow } from '../../answering/tasks/rows/shared-prompt.ts';

/** Kahneman-Tversky optimisation (Ethayarajh et al., 2024) on individually judged answers. */
export function create(options: KtoOptions, processor: Processor): Objective<FeedbackExample, FeedbackRow> {
  return unpaired(options, processor);
}

/** An answer, a completion of another prompt, and the answer's verdict: 1 for good. */
interface FeedbackRow extends TextsRow, JudgedRow {
  label: number;
}

interface UnpairedSettings extends Omit<KtoOptions, 'loss_type'> {
  loss_type: UnpairedLossName;
}

/** Base of all objectives over judged answers. */
export function unpaired(settings: UnpairedSettings, processor: Processor): Objective<FeedbackExample, FeedbackRow> {
  const renderer = new Renderer(processor.tokenizer, { trainOn: 'answers', now: processor.now });
  const { loss_type: name, ref_model: referenceModel, precompute_ref_log_probs: judgesOnce } = settings;
  const answers = name === 'kto' ? 2 : 1;
  const rewards = new RunningMean();
  const represent: JointLoss<FeedbackRow>['represent'] = (model, batch, { runner, reference }) =>
    ratioColumns(model, batch, { runner, reference, answers });
  const loss: JointLoss<FeedbackRow>['loss'] = (vectors, rows, { totals }) =>
    lossOfRatios(vectors, rows, { settings, totals, rewards });
  const judge = (model: Model, batch: Batch) => answerSums(model, batch, { answers });
  // For all other losses, each row depends on all rows of the step.
  const joint = name === 'apo_zero_unpaired' ? undefined : { evaluatedTogether: 32, represent, loss };
  return {
    task: 'causal-lm',
    accepts: ['feedback'],
    separable: joint === undefined ? true : 'rows are compared with a mean over the rows of their step',
    unit: 'rows',
    reference: { model: referenceModel, ...(judgesOnce && { judge }) },
    ...(joint && { joint }),
    check: refuseOneVerdict,
    prepare: (examples) => prepare(renderer, examples, answers),
    collate: (rows) => collateRows(rows, { causal: true }),
    counts: ({ rows }) => ({ rows: rows.length, tokens: rows.reduce((sum, row) => sum + trainedTokens(row), 0) }),
    loss: (model, batch, context) =>
      loss(represent(model, batch, context), batch.rows, { model, totals: context.totals }),
    ...(name === 'bco' && { memory: rememberedBy(rewards) }),
  };
}

/** Pairs each answer with a completion of another prompt, from which the KL is estimated. */
async function prepare(
  renderer: Renderer,
  examples: readonly FeedbackExample[],
  answers: number,
): Promise<Prepared<FeedbackRow>> {
  const next = (index: number) => examples[(index + 1) % examples.length];
  const form = (example: FeedbackExample) => typeof example.completion === 'string';
  const rendered = await renderAnswers(renderer, examples, {
    completion: ({ completion }) => completion,
    ...(answers === 2 && {
      other: (example: FeedbackExample, i: number) =>
        form(next(i)) === form(example) ? next(i).completion : example.completion,
    }),
  });
  const rows = examples.map((example, i) => {
    const own = rendered.answers[i];
    return own && { ...sharedPromptRow(example, own), label: example.label ? 1 : 0 };
  });
  // Problems of the other completion are reported by its own row.
  return { rows, problems: rendered.problems.filter(({ field }) => field !== 'other') };
}

/** Summed log-probabilities of each row's last texts: [R, answers] */
function answerSums(
  model: Model,
  batch: Batch,
  { runner, answers }: Omit<PassContext, 'totals'> & { answers: number },
): Tensor {
  const tokens = trainedTokensOf(model, batch, { runner });
  const sums = sumsOfTexts(tokens.logProbs, tokens);
  const places = Array.from({ length: answers }, (_, i) => textsFromEnd(tokens.layout, answers - 1 - i));
  return columns(...places.map((texts) => sums.indexSelect(0, fromArray(texts).toDevice(sums.device))));
}

/** Log-ratio of the answer, and of the other completion without gradients; then the answer's log-probability: [R, 2 or 3] */
function ratioColumns(
  model: Model,
  batch: Batch<FeedbackRow>,
  { runner, reference, answers }: Omit<PassContext, 'totals'> & { answers: number },
): Tensor {
  const known = batch.rows.every((row) => row.reference !== undefined);
  if (!known && reference === undefined) throw new Error('this objective needs a reference model');
  const judged = known
    ? fromArray(Float32Array.from(batch.rows.flatMap((row) => [...row.reference!])), [
        batch.rows.length,
        answers,
      ]).toDevice(model.device)
    : reference!((other) => answerSums(other, batch, { answers }));
  const sums = answerSums(model, batch, { runner, answers });
  const ratios = Array.from({ length: answers }, (_, i) => sums.select(1, i).sub(judged.select(1, i)));
  return columns(ratios[0], ...ratios.slice(1).map((ratio) => ratio.detach()), sums.select(1, 0).detach());
}

interface Scaling {
  settings: UnpairedSettings;
  totals: PassContext['totals'];
  rewards: RunningMean;
}

function lossOfRatios(
  vectors: Tensor,
  rows: readonly FeedbackRow[],
  { settings, totals, rewards }: Scaling,
): LossResult {
  const { loss_type: name, beta } = settings;
  const ratios = vectors.select(1, 0);
  const signs = tensor(rows.map(({ label }) => (label === 1 ? 1 : -1)))
    .to(ratios.dtype)
    .toDevice(ratios.device);
  const kl = name === 'kto' ? Math.max(0, vectors.select(1, 1).detach().mean().item()) : 0;
  // Evaluation does not update the running mean.
  if (name === 'bco' && vectors.requiresGrad) rewards.update(ratios.detach().mul(beta).toNumbers());
  const baseline = name === 'bco' ? rewards.mean : kl;
  const losses = unpairedLoss(
    name,
    { ratios, signs },
    {
      beta,
      baseline,
      desirableWeight: settings.desirable_weight,
      undesirableWeight: settings.undesirable_weight,
    },
  );
  const of = { rewards: ratios.detach().mul(beta), logps: vectors.select(1, vectors.shape[1] - 1).detach() };
  const tally = { ...verdictMetrics(of, signs), ...(name === 'kto' && { kl: { sum: tensor([kl]).sum(), count: 1 } }) };
  return { perRow: losses.mul(1 / totals.rows), tally };
}

/** TRL's metrics, averaged over good and over bad answers. */
function verdictMetrics(of: { rewards: Tensor; logps: Tensor }, signs: Tensor): LossResult['tally'] {
  const shares = { chosen: signs.add(1).div(2), rejected: signs.neg().add(1).div(2) };
  const entries = Object.entries(of).flatMap(([name, values]) =>
    Object.entries(shares).map(
      ([side, share]) => [`${name}/${side}`, { sum: values.mul(share).sum(), count: share.sum().item() }] as const,
    ),
  );
  return Object.fromEntries(entries);
}

/** Saves BCO's running mean in checkpoints. */
function rememberedBy(rewards: RunningMean): Objective['memory'] {
  return {
    state: () =>
      new Map([['running_rewards', fromArray(Float64Array.of(rewards.count, rewards.mean, rewards.variance))]]),
    restore(state) {
      const [count, mean, variance] = state.get('running_rewards')!.toNumbers();
      Object.assign(rewards, { count, mean, variance });
    },
  };
}

/** @throws AttuneError E_ONE_VERDICT */
function refuseOneVerdict(train: readonly FeedbackExample[]): void {
  const verdicts = new Set(train.map(({ label }) => label));
  if (train.length === 0 || verdicts.size === 2) return;
  throw new AttuneError('E_ONE_VERDICT', {
    what: 'All training rows have the same label, so there is nothing to learn',
    got: verdicts.has(true) ? 'good answers only' : 'bad answers only',
    expected: 'rows with label true and rows with label false',
    fix: verdicts.has(true) ? 'add bad answers, or train on the good ones with objective: sft' : 'add good answers',
  });
}
