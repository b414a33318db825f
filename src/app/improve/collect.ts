/** `collecting`: is there enough to learn, or has something changed? */
import { formatTime, plural } from '../../base/format.ts';
import { greatest } from '../../base/many.ts';
import { openAlarms } from '../../watch/index.ts';
import { candidatesOf, type Candidate } from '../../watch/quarantine/candidate.ts';
import type { DecisionLog } from './decisions.ts';
import type { Plan } from './plan.ts';
import type { Step, StepContext } from './step.ts';

const DRIFT: ReadonlySet<string> = new Set(['unlike', 'topic', 'classes', 'confidence', 'thumb_down']);
/** So many rows at least, whatever has changed. */
const LEAST_ROWS = 10;

export const collect: Step = async (context) => {
  const { plan, store, log, now } = context;
  const range = { from: collectedUntil(log), until: now() };
  const rows = wanted(plan, await candidatesOf(store, plan.model, range));
  const { rows: enough, onDrift } = plan.retrain.when;
  const drift = onDrift
    ? (await openAlarms(store, { model: plan.model })).filter(({ signal }) => DRIFT.has(signal))
    : [];
  const facts = { ...range, rows: rows.length };
  if (rows.length >= enough) {
    return {
      to: 'quarantine',
      reason: `${plural(rows.length, 'rows')} since ${formatTime(range.from)}, of ${enough} wanted`,
      facts,
    };
  }
  if (drift.length > 0 && rows.length >= LEAST_ROWS)
    return { to: 'quarantine', reason: `${plural(rows.length, 'rows')}, and ${drift[0].message}`, facts };
  const least = Number.isFinite(enough) ? enough : LEAST_ROWS;
  return {
    wait: `${plural(rows.length, 'rows')} of ${least}${onDrift ? '; no drift that they would be enough for' : ''}`,
  };
};

/** Feedback until then is in an earlier cycle. */
function collectedUntil(log: DecisionLog): number {
  return greatest(
    log.decisions.map(({ facts }) => Number(facts.until ?? 0)),
    0,
  );
}

/** Rows of this cycle; what has been erased since is gone. */
export async function collected({ plan, store, log }: StepContext): Promise<Candidate[]> {
  const { from, until } = log.facts as { from: number; until: number };
  return wanted(plan, await candidatesOf(store, plan.model, { from, until }));
}

function wanted({ from: { feedback } }: Plan, candidates: Candidate[]): Candidate[] {
  if (feedback === 'all') return candidates;
  return candidates.filter(({ kind, target, isUp }) => {
    if (feedback === 'thumbs') return isUp !== undefined;
    return target !== undefined && kind === (feedback === 'labels' ? 'label' : 'text') && feedback !== 'none';
  });
}
