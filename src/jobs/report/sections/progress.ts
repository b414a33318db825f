import { formatCount, formatDuration } from '../../../base/format.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';

/** Progress of a running run; empty for others. */
export function progressSection({ run, phases, progress }: RunReport): Html | undefined {
  if (run.status !== 'running') return undefined;
  const phase = progress?.message ?? phases.at(-1)?.phase ?? 'starting';
  const { step, steps } = run;
  const isTraining = steps !== undefined && step < steps;
  return html`<section class="progress" aria-label="Progress">
    <h2>${isTraining ? 'Training' : 'In progress'}</h2>
    ${
      steps !== undefined &&
      html`<progress max="${steps}" value="${step}" aria-label="Steps"></progress>
        <p>
          Step <b>${formatCount(step)}</b> of
          ${formatCount(steps)}${isTraining && progress?.secondsLeft !== undefined && `, about ${formatDuration(progress.secondsLeft)} left`}
        </p>`
    }
    <p class="soft small">${phase}${doneOf(progress)}</p>
  </section>`;
}

function doneOf({ done, total, unit }: Partial<NonNullable<RunReport['progress']>> = {}): string {
  return done === undefined || total === undefined ? '' : `: ${formatCount(done)} of ${formatCount(total)} ${unit}`;
}
