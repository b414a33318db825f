import type { Trainer } from './trainer.ts';
import type { TrainerParts } from './trainer-parts.ts';

/** Scores the validation rows before the first step with the base model, even if the tuning starts elsewhere. */
export function evaluateBase(
  trainer: Trainer,
  { tuning, objective }: Pick<TrainerParts, 'tuning' | 'objective'>,
): Promise<void> {
  // Trained weights have not moved yet; rollouts are sampled from the tuning's starting point.
  const isOn =
    tuning.result === 'model' || trainer.state.before.steps > 0 || objective.production?.evaluate !== undefined;
  return isOn ? trainer.evaluate() : tuning.disabled(() => trainer.evaluate());
}
