import { rewardLoss } from '../../../src/training/objectives/reward-losses.ts';
import { input, leaf, type CaseRunner } from './group.ts';

/** Losses of given scores. */
export const runReward: CaseRunner = (group, name) => {
  const given = group.cases[name];
  const [chosen, rejected] = ['chosen', 'rejected'].map((key) => leaf(group, key));
  const margin = given.margin === true ? input(group.inputs, 'margin') : undefined;
  const losses = rewardLoss({ chosen, rejected, margin }, Number(given.center_rewards_coefficient ?? 0));
  return { loss: losses.mean(), tensors: () => ({ chosen: chosen.grad, rejected: rejected.grad }) };
};
