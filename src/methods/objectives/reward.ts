// R rows, each a pair of answers; S texts of all rows
import type { Problem } from '../../base/errors.ts';
import type { PreferenceExample } from '../../data/example.ts';
import { aten, fromArray, type Tensor } from '../../tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, Objective, PreparedRow, Processor } from '../../train/interfaces.ts';
import type { StageRunner } from '../../models/stack.ts';
import { collateRows } from './next-token.ts';
import { pairsOf, preferenceRows } from './preference-rows.ts';
import type { RewardOptions } from './reward.options.ts';
import { rewardLoss } from './reward-losses.ts';
import { plainText } from './shared-prompt.ts';

/** A head that gives each answer a score, higher for the chosen answer of a pair than for the rejected one. */
export function create(options: RewardOptions, processor: Processor): Objective {
  const rows = preferenceRows(processor);
  const prepare = processor.causal ? rows.prepare : (examples: readonly unknown[]) => framed(examples, processor);
  return {
    ...rows,
    task: 'sequence',
    separable: true,
    config: { problem_type: 'regression' },
    async prepare(examples) {
      const prepared = await prepare(examples);
      const margins = (examples as readonly PreferenceExample[]).map(({ margin }) => margin);
      return { ...prepared, rows: prepared.rows.map((row, i) => row && withMargin(row, margins[i])) };
    },
    collate: (batch) => collateRows(batch, { causal: processor.causal }),
    counts: (batch) => ({ rows: batch.rows.length }),
    loss(model, batch, { totals, runner }) {
      const [chosen, rejected] = pairScores(model, batch, runner);
      const margins = batch.rows.map(({ values = [0] }) => values[0]);
      const margin = fromArray(Float64Array.from(margins)).to(chosen.dtype).toDevice(chosen.device);
      const losses = rewardLoss({ chosen, rejected, margin }, options.center_rewards_coefficient ?? 0);
      const [good, bad] = [chosen.detach(), rejected.detach()];
      const count = batch.rows.length;
      return {
        perRow: losses.mul(1 / totals.rows),
        tally: {
          accuracy: { sum: aten.gt.Tensor(good, bad).to('f32').sum(), count },
          margin: { sum: good.sub(bad).sum(), count },
          mean_reward: { sum: good.add(bad).sum(), count: 2 * count },
        },
      };
    },
  };
}

/** Scores of the chosen and the rejected answers: [R] each. */
export function pairScores(model: Model, batch: Pick<Batch, 'input'>, runner?: StageRunner): [Tensor, Tensor] {
  const layout = model.layoutOf(batch.input);
  const hidden = model.hidden(batch.input, { runner });
  // Each text is scored by itself, not as a part of its row.
  const alone = { ...layout, rowOf: layout.rowOf.map((_, text) => text) };
  return pairsOf(model.sequenceHead.scores(hidden, alone).squeeze(1), { layout });
}

function withMargin(row: PreparedRow, margin: number | undefined): PreparedRow {
  return margin === undefined ? row : { ...row, values: [margin] };
}

/** For encoders, which read both ways: prompt and answer in one frame, twice. */
async function framed(
  examples: readonly unknown[],
  { tokenizer }: Processor,
): Promise<{ rows: PreparedRow[]; problems: Problem[] }> {
  const pairs = examples as readonly PreferenceExample[];
  const texts = pairs.flatMap(({ prompt, chosen, rejected }) =>
    [chosen, rejected].map((answer) => ({ text: plainText(prompt), pair: plainText(answer) })),
  );
  const encoded = await tokenizer.encodeFramed(texts);
  const rows = pairs.map(({ id, source }, i): PreparedRow => {
    const two = encoded.slice(2 * i, 2 * i + 2);
    const ids = Int32Array.from(two.flatMap((one) => [...one.ids]));
    const typeIds = Int32Array.from(two.flatMap((one) => [...one.typeIds]));
    const segments = two.map((one) => one.ids.length);
    return { id, source, ids, typeIds, trained: new Uint8Array(ids.length), segments };
  });
  return { rows, problems: [] };
}
