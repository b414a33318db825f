// R rows, each a pair of a chosen and a rejected answer; S texts of all rows
import type { Problem } from '../../../base/errors.ts';
import type { PreferenceExample } from '../../../data/example.ts';
import type { Model } from '../../../models/model.ts';
import type { StageRunner } from '../../../models/stack.ts';
import { Renderer, type Tokenizer } from '../../../models/text/index.ts';
import { aten, fromArray, stack, type Tensor } from '../../../engine/tensor/index.ts';
import type { Batch, Counts, Prepared, RowReader, Tally, TextsRow } from './prepared-rows.ts';
import { sumsOfTexts, textsFromEnd, type TrainedTokens } from './answer-log-probs.ts';
import { collateRows } from './collate.ts';
import { trainedTokens } from './trained-tokens.ts';
import { plainText, renderAnswers, sharedPromptRow } from './shared-prompt.ts';

/** Converts pairs of answers to rows and batches. */
interface PairRows {
  prepare(examples: readonly PreferenceExample[]): Promise<Prepared<TextsRow>>;
  collate<Row extends TextsRow>(rows: readonly Row[]): Batch<Row>;
  counts(batch: Pick<Batch<TextsRow>, 'rows'>): Counts;
}

/** Shared by objectives over pairs: the last two texts of a row are the chosen and the rejected answer. */
export function preferenceRows(
  processor: Pick<RowReader, 'tokenizer' | 'now'>,
  { trainsPrompt = false }: { trainsPrompt?: boolean } = {},
): PairRows {
  const renderer = new Renderer(processor.tokenizer, { trainOn: 'answers', now: processor.now });
  return {
    prepare: (examples) => prepare(renderer, examples, trainsPrompt),
    collate: (rows) => collateRows(rows, { causal: true }),
    counts: ({ rows }) => ({
      rows: rows.length,
      tokens: rows.reduce((sum, row) => sum + trainedTokens(row), 0),
      chosen_tokens: rows.reduce((sum, row) => sum + answerTokens(row)[0], 0),
      ...(trainsPrompt && {
        chosen_with_prompt_tokens: rows.reduce((sum, row) => sum + answerTokens(row)[0] + promptTokens(row), 0),
      }),
    }),
  };
}

async function prepare(
  renderer: Renderer,
  examples: readonly PreferenceExample[],
  trainsPrompt: boolean,
): Promise<Prepared<TextsRow>> {
  const { answers, problems } = await renderAnswers(renderer, examples, {
    chosen: ({ chosen }) => chosen,
    rejected: ({ rejected }) => rejected,
  });
  const rows = examples.map((example, i) => {
    const own = answers[i];
    if (own === undefined) return undefined;
    const [chosen, rejected] = own;
    if (chosen.ids.join() !== rejected.ids.join()) return sharedPromptRow(example, own, { trainsPrompt });
    problems.push({ ...example.source, ...sameTokens });
    return undefined;
  });
  return { rows, problems };
}

const sameTokens = {
  field: 'rejected',
  message: 'is identical to chosen once rendered',
  fix: 'the two answers of a pair must differ: delete the row',
} satisfies Problem;

/** Number of trained tokens in the chosen and the rejected answer. */
export function answerTokens({ trained, segments }: Pick<TextsRow, 'trained' | 'segments'>): [number, number] {
  const rejected = trained.length - segments[segments.length - 1];
  const chosen = rejected - segments[segments.length - 2];
  const count = (from: number, to: number) => trained.subarray(from, to).reduce((sum, one) => sum + one, 0);
  return [count(chosen, rejected), count(rejected, trained.length)];
}

/** Number of trained tokens before the two answers. */
export function promptTokens({ trained, segments }: Pick<TextsRow, 'trained' | 'segments'>): number {
  const answers = segments.slice(-2).reduce((sum, length) => sum + length, 0);
  return trained.subarray(0, trained.length - answers).reduce((sum, one) => sum + one, 0);
}

/** Splits sums over texts [S] into chosen and rejected: [R] each. */
export function pairsOf(sums: Tensor, { layout }: Pick<TrainedTokens, 'layout'>): [Tensor, Tensor] {
  const pick = (back: number) => sums.indexSelect(0, fromArray(textsFromEnd(layout, back)).toDevice(sums.device));
  return [pick(1), pick(0)];
}

/** Weighted sums of log-probabilities over both answers: [R] each. */
export function pairSums(tokens: TrainedTokens, weights?: Tensor): [Tensor, Tensor] {
  const values = weights === undefined ? tokens.logProbs : tokens.logProbs.mul(weights);
  return pairsOf(sumsOfTexts(values, tokens), tokens);
}

/** Columns [R] side by side: [R, K] */
export function columns(...values: readonly Tensor[]): Tensor {
  return stack([...values], 1);
}

/** Token counts of each pair's answers, f32 [R] each. */
export function pairLengths(rows: readonly TextsRow[], like: Tensor): [Tensor, Tensor] {
  const lengths = rows.map(answerTokens);
  const tensorOf = (values: readonly number[]) =>
    fromArray(Float32Array.from(values)).to(like.dtype).toDevice(like.device);
  return [tensorOf(lengths.map(([chosen]) => chosen)), tensorOf(lengths.map(([, rejected]) => rejected))];
}

/** TRL's metrics for pairs. Detached rewards, [R] each. */
export function pairMetrics(
  rewards: { chosen: Tensor; rejected: Tensor },
  logProbs: { chosen: Tensor; rejected: Tensor },
): Tally {
  const count = rewards.chosen.shape[0];
  const [chosen, rejected] = [rewards.chosen.detach(), rewards.rejected.detach()];
  const mean = (values: Tensor) => ({ sum: values.sum(), count });
  return {
    'rewards/chosen': mean(chosen),
    'rewards/rejected': mean(rejected),
    'rewards/accuracies': mean(aten.gt.Tensor(chosen, rejected).to('f32')),
    'rewards/margins': mean(chosen.sub(rejected)),
    'logps/chosen': mean(logProbs.chosen.detach()),
    'logps/rejected': mean(logProbs.rejected.detach()),
  };
}

/** Scores of the chosen and the rejected answers: [R] each. */
export function pairScores(model: Model, batch: Pick<Batch, 'input'>, runner?: StageRunner): [Tensor, Tensor] {
  const layout = model.layoutOf(batch.input);
  const hidden = model.hidden(batch.input, { runner });
  // Scores each text on its own, not as part of its row.
  const alone = { ...layout, rowOf: layout.rowOf.map((_, text) => text) };
  return pairsOf(model.sequenceHead.scores(hidden, alone).squeeze(1), { layout });
}

/** Pairs for a head that scores each answer. Bidirectional encoders get prompt and answer in one frame, twice. */
export function scoredPairs(reader: Pick<RowReader, 'tokenizer' | 'now' | 'causal'>): PairRows {
  const rows = preferenceRows(reader);
  return {
    prepare: reader.causal ? rows.prepare : (examples) => framed(examples, reader.tokenizer),
    collate: (batch) => collateRows(batch, { causal: reader.causal }),
    counts: (batch) => ({ rows: batch.rows.length }),
  };
}

async function framed(pairs: readonly PreferenceExample[], tokenizer: Tokenizer): Promise<Prepared<TextsRow>> {
  const texts = pairs.flatMap(({ prompt, chosen, rejected }) =>
    [chosen, rejected].map((answer) => ({ text: plainText(prompt), pair: plainText(answer) })),
  );
  const encoded = await tokenizer.encodeFramed(texts);
  const rows = pairs.map(({ id, source }, i): TextsRow => {
    const two = encoded.slice(2 * i, 2 * i + 2);
    const ids = Int32Array.from(two.flatMap((one) => [...one.ids]));
    const typeIds = Int32Array.from(two.flatMap((one) => [...one.typeIds]));
    const segments = two.map((one) => one.ids.length);
    return { id, source, ids, typeIds, trained: new Uint8Array(ids.length), segments };
  });
  return { rows, problems: [] };
}
