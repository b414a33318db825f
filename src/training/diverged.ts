import { AttuneError } from '../base/errors.ts';
import { aten, noGrad, scope, type Tensor } from '../engine/tensor/index.ts';
import type { Tuning } from '../methods/interfaces.ts';

const FIX = 'lower the learning rate, or warm up longer';

/** Rejects non-finite weights: no checkpoint and no result contains them. @throws AttuneError E_DIVERGED */
export function refuseDivergedWeights({ trainables }: Tuning, step: number): void {
  const bad = trainables.filter(
    ({ parameter }) => parameter.tensor.size > 0 && !Number.isFinite(largest(parameter.tensor)),
  );
  if (bad.length === 0) return;
  throw new AttuneError('E_DIVERGED', {
    what: `Training diverged: after step ${step} some weights are no longer numbers; they were not saved`,
    got: `${bad.length} of ${trainables.length} trained tensors, including ${bad[0].name}`,
    fix: FIX,
  });
}

/** The largest magnitude; NaN if any value is NaN. */
function largest(tensor: Tensor): number {
  return noGrad(() => scope(() => aten.amax.default(aten.abs.default(tensor)).item()));
}

/** @throws AttuneError E_DIVERGED */
export function refuseDivergedLoss(loss: number, step: number): void {
  if (Number.isFinite(loss)) return;
  throw new AttuneError('E_DIVERGED', {
    what: step === 0 ? 'The loss on the validation rows is not a number' : `Training diverged by step ${step}`,
    got: `a validation loss of ${loss}`,
    fix: step === 0 ? 'the base model may be damaged, or need a wider compute type: training.precision: f32' : FIX,
  });
}

/** Whether training stopped because of non-finite numbers. */
export function isDivergence(error: unknown): boolean {
  return error instanceof AttuneError && error.code === 'E_DIVERGED';
}
