import {
  referenceFreeLoss,
  rewardOf,
  type ReferenceFreeName,
} from '../../../src/training/objectives/reference-free-losses.ts';
import { leaf, type CaseRunner } from './group.ts';

interface CpoCase {
  label_smoothing?: number;
  alpha?: number;
  loss_type?: ReferenceFreeName;
  beta: number;
  simpo_gamma?: number;
}

/** Losses from log-probabilities, averaged over tokens where the loss does so. */
export const runCpo: CaseRunner = (group, name) => {
  const given = group.cases[name].options as unknown as CpoCase;
  const [chosen, rejected] = ['chosen_logps', 'rejected_logps'].map((key) => leaf(group, key));
  const options = {
    beta: given.beta,
    labelSmoothing: given.label_smoothing ?? 0,
    gamma: given.simpo_gamma ?? 0,
    alpha: given.alpha ?? 0,
  };
  // TRL's ORPO returns the term that is subtracted from the loss.
  const sign = given.loss_type === undefined ? -1 : 1;
  const losses = referenceFreeLoss(given.loss_type ?? 'odds_ratio', { chosen, rejected }, options).mul(sign);
  return {
    loss: losses.mean(),
    numbers: {
      losses,
      chosen_rewards: rewardOf(chosen, options).mul(given.beta),
      rejected_rewards: rewardOf(rejected, options).mul(given.beta),
    },
    tensors: () => ({ chosen_logps: chosen.grad, rejected_logps: rejected.grad }),
  };
};
