import { RunningMean, unpairedLoss, type UnpairedLossName } from '../../../src/training/objectives/kto-losses.ts';
import { cat, ones, type Tensor } from '../../../src/engine/tensor/index.ts';
import { input, type CaseRunner, type Group } from './group.ts';

interface KtoCase {
  beta: number;
  loss_type?: UnpairedLossName;
  desirable_weight?: number;
  undesirable_weight?: number;
  factor?: number;
}

/** Losses of rated answers from their log-probabilities. BCO's cases are consecutive calls. */
export const runKto: CaseRunner = (group, name) => {
  const given = group.cases[name].options as unknown as KtoCase;
  const sides = ['chosen', 'rejected'];
  const references = sides.map((side) => input(group.inputs, `reference_${side}_logps`));
  const leaves = sides.map((side, i) => {
    const ratio = input(group.inputs, `policy_${side}_logps`).sub(references[i]);
    return references[i]
      .add(ratio.mul(given.factor ?? 1))
      .detach()
      .setRequiresGrad();
  });
  const ratios = cat(leaves.map((policy, i) => policy.sub(references[i])));
  const signs = cat([ones(leaves[0].shape), ones(leaves[1].shape).neg()]);
  const loss = given.loss_type ?? 'bco';
  const rewards = ratios.detach().mul(given.beta);
  const baseline = loss === 'bco' ? runningMean(group, name) : loss === 'kto' ? klOf(group) : 0;
  const losses = unpairedLoss(
    loss,
    { ratios, signs },
    {
      beta: given.beta,
      desirableWeight: given.desirable_weight ?? 1,
      undesirableWeight: given.undesirable_weight ?? 1,
      baseline,
    },
  );
  const [chosen] = leaves[0].shape;
  return {
    loss: losses.mean(),
    numbers: {
      losses,
      chosen_rewards: rewards.narrow(0, 0, chosen),
      rejected_rewards: rewards.narrow(0, chosen, rewards.shape[0] - chosen),
      [loss === 'bco' ? 'delta' : 'kl']: baseline,
    },
    tensors: () => ({ policy_chosen_logps: leaves[0].grad, policy_rejected_logps: leaves[1].grad }),
  };
};

function klOf({ inputs }: Group): number {
  const kl = input(inputs, 'policy_KL_logps').sub(input(inputs, 'reference_KL_logps')).mean().item();
  return Math.max(0, kl);
}

/** The running mean after all calls up to this one. */
function runningMean(group: Group, upTo: string): number {
  const running = new RunningMean();
  const differences = ['chosen', 'rejected'].map((side): Tensor =>
    input(group.inputs, `policy_${side}_logps`).sub(input(group.inputs, `reference_${side}_logps`)),
  );
  for (const [name, { options }] of Object.entries(group.cases)) {
    const { beta, factor } = options as unknown as KtoCase;
    if (factor === undefined) continue;
    running.update(
      cat(differences)
        .mul(beta * factor)
        .toNumbers(),
    );
    if (name === upTo) break;
  }
  return running.mean;
}
