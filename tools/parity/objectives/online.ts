// P prompts with fresh answers, T columns of them
import { nashTokens, xpoLosses } from '../../../src/training/objectives/online-losses.ts';
import { input, leaf, type CaseResult, type CaseRunner } from './group.ts';

/** XPO and Nash-MD, from given log-probabilities of tokens. */
export const runOnline: CaseRunner = (group, name): CaseResult => {
  const given = group.cases[name];
  const beta = Number(given.beta);
  const [own, other] = ['model', 'ref'].map((data) => leaf(group, `model_logprobs_${data}_data`));
  const [refOwn, refOther] = ['model', 'ref'].map((data) => input(group.inputs, `ref_logprobs_${data}_data`));
  const gradients = () => ({ model_logprobs_model_data: own.grad, model_logprobs_ref_data: other.grad });
  if (name.startsWith('nash')) {
    const probability = input(group.inputs, 'probability').unsqueeze(1);
    return {
      loss: nashTokens({ logProbs: own, reference: refOwn, probability }, beta).sum(1).mean(),
      numbers: {
        score: probability.sub(0.5).squeeze(1).mul(own.detach().sum(1)),
        kl: own.detach().sub(refOwn).sum(1),
      },
      tensors: gradients,
    };
  }
  const { preference, exploration } = xpoLosses(
    {
      model: { own: own.sum(1), reference: other.sum(1) },
      reference: { own: refOwn.sum(1), reference: refOther.sum(1) },
      ownIsChosen: input(group.inputs, 'chosen_is_model').to('f32'),
    },
    { beta, alpha: Number(given.alpha), lossType: given.loss_type as 'sigmoid' | 'ipo' },
  );
  return {
    loss: preference.add(exploration).mean(),
    numbers: { dpo_losses: preference, xpo_losses: exploration },
    tensors: gradients,
  };
};
