import { suspicionsOf } from '../../methods/objectives/rewards/habits.ts';
import type { PreparedRun } from './training-run.ts';

/** Says where the reward of a run with rollouts seems to have been earned by something else than meant. */
export function recordRewards({ context, trainer, parts }: PreparedRun, resultStep: number): void {
  if (parts.objective.needs?.rollouts !== true) return;
  const { initial } = trainer.state;
  if (initial === null) return;
  for (const message of suspicionsOf(initial.metrics, trainer.metricsAt(resultStep), parts.validation.length)) {
    context.emit({ type: 'warning-raised', code: 'W_REWARD_HACK', message: `${message}; read some answers` });
  }
}
