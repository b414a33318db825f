// R rows, each a pair of answers
import type { PreferenceExample } from '../../data/example.ts';
import { pairScores, scoredPairs } from '../../answering/tasks/rows/preference-rows.ts';
import { aten, fromArray } from '../../engine/tensor/index.ts';
import type { Objective, Processor } from '../objective.ts';
import type { RewardOptions } from './reward.options.ts';
import { rewardLoss } from './reward-losses.ts';
import type { TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';

/** A pair with the minimum difference of its scores. */
interface RewardRow extends TextsRow {
  margin: number;
}

/** A head that scores answers, trained to score a pair's chosen answer higher than the rejected one. */
export function create(options: RewardOptions, processor: Processor): Objective<PreferenceExample, RewardRow> {
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
      return { ...prepared, rows: prepared.rows.map((row, i) => row && { ...row, margin: examples[i].margin ?? 0 }) };
    },
    loss(model, batch, { totals, runner }) {
      const [chosen, rejected] = pairScores(model, batch, runner);
      const margins = Float64Array.from(batch.rows, (row) => row.margin);
      const margin = fromArray(margins).to(chosen.dtype).toDevice(chosen.device);
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
