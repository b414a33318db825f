// B rows, T tokens, V classes or vocabulary
import { stepLosses } from '../../../src/training/objectives/prm.ts';
import { classLosses } from '../../../src/training/objectives/token_classification.ts';
import { tokenLosses, type TokenLossOptions } from '../../../src/training/objectives/token-losses.ts';
import { fromArray, type Tensor } from '../../../src/engine/tensor/index.ts';
import { input, leaf, type CaseRunner, type Group } from './group.ts';

const SMOOTHING = 0.1;

/** Losses of supervised fine-tuning, from given logits. */
export const runSft: CaseRunner = (group, name) => {
  const logits = leaf(group, 'logits');
  const { own, targets } = labelled(group, logits, 1);
  const options: TokenLossOptions = {
    loss_type: name === 'dft' ? 'dft' : 'nll',
    label_smoothing: name === 'smoothed' ? SMOOTHING : 0,
    beta: 0,
    first_betas: [],
  };
  const logProbs = classLosses(own, targets).neg();
  const beside = { depths: new Int32Array(0), logits: () => own, base: () => logProbs };
  return { loss: tokenLosses(logProbs, options, beside).mean(), tensors: () => ({ logits: logits.grad }) };
};

/** Whether each step of an answer is right, from two-class logits at the last token of each step. */
export const runPrm: CaseRunner = (group) => {
  const logits = leaf(group, 'logits');
  const { own, targets } = labelled(group, logits, 0);
  return { loss: stepLosses(own, targets.to(own.dtype)).mean(), tensors: () => ({ grad: logits.grad }) };
};

/** Indices of predictions with a label; the label is `shift` tokens after the token that predicts it. */
function labelled({ inputs }: Group, logits: Tensor, shift: number): { own: Tensor; targets: Tensor } {
  const [rows, width, classes] = logits.shape;
  const labels = input(inputs, 'labels').toNumbers();
  const places: bigint[] = [];
  const targets: bigint[] = [];
  for (let row = 0; row < rows; row++) {
    for (let t = shift; t < width; t++) {
      const label = labels[row * width + t];
      if (label === -100) continue;
      places.push(BigInt(row * width + t - shift));
      targets.push(BigInt(label));
    }
  }
  const [at, wanted] = [places, targets].map((values) => fromArray(BigInt64Array.from(values)));
  return { own: logits.reshape(-1, classes).indexSelect(0, at), targets: wanted };
}
