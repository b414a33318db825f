// B rows, T tokens, V vocabulary
import { divergenceOf } from '../../../src/training/objectives/distillation-losses.ts';
import { aten } from '../../../src/engine/tensor/index.ts';
import { input, leaf, type CaseRunner } from './group.ts';

/** Loss of given logits over labelled tokens. */
export const runGkd: CaseRunner = (group, name) => {
  const { beta, temperature } = group.cases[name] as unknown as { beta: number; temperature: number };
  const student = leaf(group, 'student_logits');
  const seen = aten.ne.Scalar(input(group.inputs, 'labels'), -100).to('f32'); // [B, T]
  const perToken = divergenceOf(student, input(group.inputs, 'teacher_logits'), { beta, temperature }).mul(seen);
  return {
    loss: perToken.sum().div(seen.sum()),
    numbers: { per_token: perToken.flatten() },
    tensors: () => ({ student_logits: student.grad }),
  };
};
