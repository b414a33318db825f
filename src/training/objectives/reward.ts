// R rows, each a pair of answers
import type { PreferenceExample } from '../../data/example.ts';
import { pairScores, scoredPairs } from '../../answering/tasks/rows/preference-rows.ts';
import { aten, fromArray } from '../../engine/tensor/index.ts';
import type { Objective, PreparedRow, Processor } from '../../methods/interfaces.ts';
import type { RewardOptions } from './reward.options.ts';
import { rewardLoss } from './reward-losses.ts';

/** A head that gives each answer a score, higher for the chosen answer of a pair than for the rejected one. */
export function create(options: RewardOptions, processor: Processor): Objective {
  const pairs = scoredPairs(processor);
  return {
    ...pairs,
    task: 'sequence',
    accepts: ['preference'],
    unit: 'rows',
    separable: true,
    config: { problem_type: 'regression' },
    async prepare(examples) {
      const prepared = await pairs.prepare(examples);
      const margins = (examples as readonly PreferenceExample[]).map(({ margin }) => margin);
      return { ...prepared, rows: prepared.rows.map((row, i) => row && withMargin(row, margins[i])) };
    },
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

function withMargin(row: PreparedRow, margin: number | undefined): PreparedRow {
  return margin === undefined ? row : { ...row, values: [margin] };
}
