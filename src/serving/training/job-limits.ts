/** Cost limits of a job. */
import { AttuneError } from '../../base/errors.ts';
import { ApiError } from '../api-error.ts';

export interface JobLimits {
  steps: number;
  tokens: number;
  hours: number;
  /** Minutes after which a job yields to another key's job. */
  turnMinutes: number;
}

/** The first limit that a running job exceeds. */
export function overdrawn(
  spent: Readonly<Record<'steps' | 'tokens' | 'hours', number>>,
  limits: JobLimits,
): AttuneError | undefined {
  const name = (['steps', 'tokens', 'hours'] as const).find((one) => spent[one] > limits[one]);
  if (name === undefined) return undefined;
  return new AttuneError('E_JOB_LIMIT', {
    what: `The job exceeded this server's limit (job_${name}: ${limits[name]}) and was stopped at its newest checkpoint`,
    got: String(Math.round(spent[name] * 100) / 100),
    fix: 'train for fewer steps, or on fewer rows',
  });
}

/** Rejects a job with too many steps before training. @throws AttuneError E_JOB_LIMIT */
export function refuseSteps(steps: number, most: number): void {
  if (steps <= most) return;
  throw new AttuneError('E_JOB_LIMIT', {
    what: `The job needs more steps than this server allows: job_steps is ${most}`,
    got: String(steps),
    fix: 'request fewer epochs or steps, or larger batches',
  });
}

/** Rejects a request for too many steps. @throws ApiError 400 */
export function refuseAskedSteps(extra: Record<string, unknown>, most: number): void {
  const { max_steps: asked } = (extra.training ?? {}) as { max_steps?: unknown };
  if (typeof asked !== 'number' || asked <= most) return;
  const message = `attune.training.max_steps is ${asked}; a job may have at most ${most} steps here (job_steps).`;
  throw new ApiError(400, { message, param: 'attune.training.max_steps', code: 'job_limit_reached' });
}
