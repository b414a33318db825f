import type { Trainer, TrainerParts } from './trainer.ts';

/** Scores the validation rows before the first step: as the base model, though a tuning may begin elsewhere. */
export function evaluateBase(
  trainer: Trainer,
  { tuning, objective }: Pick<TrainerParts, 'tuning' | 'objective'>,
): Promise<void> {
  // Weights that move themselves have not moved yet; rollouts are sampled by whatever the tuning begins as.
  const isOn =
    tuning.result === 'model' || trainer.state.before.steps > 0 || objective.production?.evaluate !== undefined;
  return isOn ? trainer.evaluate() : tuning.disabled(() => trainer.evaluate());
}
