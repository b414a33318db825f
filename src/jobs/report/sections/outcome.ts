import { formatSigned } from '../../../base/format.ts';
import { isUndoneByCorrection } from '../../../evaluation/compare/correction.ts';
import type { ComparedSystem, Comparison, Conclusion, Difference, Verdict } from '../../../store/results.ts';
import type { RunStatus } from '../../../store/run-summary.ts';
import { html, type Html } from '../html.ts';

/** Tone in which a run's status is shown. */
export const STATUS_TONES: Record<RunStatus, string> = {
  finished: 'good',
  waiting: 'fair',
  running: 'fair',
  stopped: 'fair',
  interrupted: 'bad',
  failed: 'bad',
};

/** Presentation of a comparison's conclusion. */
export const OUTCOMES: Record<Conclusion['outcome'], { tone: string; word: string }> = {
  better: { tone: 'good', word: 'Better' },
  'not-better': { tone: 'bad', word: 'Not better' },
  unclear: { tone: 'fair', word: 'Cannot tell yet' },
};

/** Presentation of a verdict: a word and a shape, so that it does not depend on colour. */
const VERDICTS: Record<Verdict, { tone: string; mark: string; word: string }> = {
  better: { tone: 'good', mark: '▲', word: 'better' },
  'no-evidence': { tone: 'fair', mark: '○', word: 'cannot tell' },
  worse: { tone: 'bad', mark: '▼', word: 'worse' },
};

export function outcomeBadge(verdict: Verdict): Html {
  const { tone, mark, word } = VERDICTS[verdict];
  return html`<span class="badge ${tone}"><span aria-hidden="true">${mark}</span> ${word}</span>`;
}

/**
 * Badge of one difference. A difference without evidence whose interval excludes 0 is called probable; a win against a
 * system that cannot do the task means nothing.
 */
export function differenceBadge(comparison: Comparison, difference: Difference): Html {
  const { against, estimate, verdict } = difference;
  if (systemNamed(comparison, against)?.unable !== undefined)
    return html`<span class="badge">cannot do the task</span>`;
  if (!isUndoneByCorrection(difference)) return outcomeBadge(verdict);
  const { mark } = VERDICTS[estimate > 0 ? 'better' : 'worse'];
  return html`<span class="badge fair"
    ><span aria-hidden="true">${mark}</span> probably ${estimate > 0 ? 'better' : 'worse'}</span
  >`;
}

/** "+0.12 to +0.31". */
export function intervalText({ low, high }: Pick<Difference, 'low' | 'high'>): string {
  if (low === undefined || high === undefined) return 'no interval';
  return `${formatSigned(low)} to ${formatSigned(high)}`;
}

export function systemNamed({ systems }: Comparison, name: string): ComparedSystem | undefined {
  return systems.find((system) => system.name === name);
}

export function titleOf(comparison: Comparison, name: string): string {
  return systemNamed(comparison, name)?.title ?? name;
}

/** A value of the judged system and of the strongest rival that has it, for charts with room for only two. */
export function mostTelling<Shown>(
  comparison: Comparison,
  read: (system: ComparedSystem) => Shown | undefined,
): Shown[] {
  const { flips, rivals, subject, systems } = comparison;
  const others = [flips.against, ...rivals, ...systems.map(({ name }) => name).filter((name) => name !== subject)];
  const shownOf = (name: string) => {
    const system = systemNamed(comparison, name);
    return system === undefined ? undefined : read(system);
  };
  const rival = others.find((name) => shownOf(name) !== undefined);
  return [subject, rival ?? ''].flatMap((name) => shownOf(name) ?? []);
}
