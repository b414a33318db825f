/** `collecting`: decides whether there are enough rows to learn from, or something has changed. */
import { formatTime, plural } from '../../base/format.ts';
import { greatest } from '../../base/many.ts';
import { openAlarms, type Alarm } from '../../monitoring/index.ts';
import { candidatesOf, type Candidate, type CandidateRange } from '../../monitoring/quarantine/candidate.ts';
import { trafficOf, type Traffic } from '../../monitoring/quarantine/traffic.ts';
import { trainingRow } from '../../monitoring/quarantine/row-forms.ts';
import { modelHistory } from '../registry/history.ts';
import { formOf } from './retraining-recipe.ts';
import type { DecisionLog } from './improvement-decisions.ts';
import type { Plan } from './improvement-plan.ts';
import type { Step, StepContext } from './improvement-step.ts';

const DRIFT: ReadonlySet<string> = new Set([
  'unlike',
  'unusual_text',
  'language',
  'topic',
  'classes',
  'confidence',
  'calibration',
  'thumb_down',
  'edits',
]);
/** Minimum number of rows in any case. */
const LEAST_ROWS = 10;

export const collect: Step = async (context) => {
  const { plan, log, recipe, now } = context;
  const { from: fresh, seen } = rangeOf(log);
  // A user's own rows are in no earlier cycle's files, so all of them are read again.
  const from = context.source === undefined ? fresh : 0;
  const range = { from, until: now() };
  const { feedback, traffic, others } = await gathered(context, range);
  const trainable = [...feedback, ...(traffic?.candidates ?? [])];
  // Rows on which a previous cycle did not improve are retried only together with new ones.
  const rows = trainable.filter(({ at }) => at > seen).length;
  const { rows: enough, onDrift } = plan.retrain.when;
  const drift = onDrift ? await driftOf(context) : [];
  const told = traffic === undefined ? plural(rows, 'rows') : ofBoth(feedback, traffic, seen);
  const facts = { ...range, rows, ...(traffic !== undefined && { traffic: traffic.candidates.length }) };
  if (rows >= enough) {
    const since = seen === 0 ? '' : ` since ${formatTime(seen)}`;
    const again = trainable.length > rows ? `, and ${trainable.length - rows} of failed cycles` : '';
    return { to: 'quarantine', reason: `${told}${since}, of ${enough} required${again}`, facts };
  }
  if (drift.length > 0 && rows >= LEAST_ROWS)
    return { to: 'quarantine', reason: `${told}, and ${drift[0].message}`, facts };
  const least = drift.length > 0 || !Number.isFinite(enough) ? LEAST_ROWS : enough;
  const unused = others > 0 ? `; ${others} more cannot be used with ${recipe.objective.name}` : '';
  const calm = onDrift && drift.length === 0 ? '; no drift alarm' : '';
  const unkept = traffic !== undefined && traffic.answers > 0 && traffic.kept === 0 ? `; ${NOTHING_KEPT}` : '';
  return { wait: `${told} of ${least}${unused}${calm}${unkept}` };
};

const NOTHING_KEPT = 'no text of served answers is stored: attune serve --keep text';

/** "210 rows (200 of feedback, 10 of 5,300 served answers)" */
function ofBoth(feedback: readonly Candidate[], { candidates, answers }: Traffic, seen: number): string {
  const fresh = (list: readonly Candidate[]): number => list.filter(({ at }) => at > seen).length;
  const [said, served] = [fresh(feedback), fresh(candidates)];
  return `${plural(said + served, 'rows')} (${said} of feedback, ${served} of ${plural(answers, 'served answers')})`;
}

interface Gathered {
  /** Feedback that can be used for training. */
  feedback: Candidate[];
  /** Answers for review; undefined if the plan does not ask for any. */
  traffic?: Traffic;
  /** Feedback that the recipe's objective cannot use. */
  others: number;
}

async function gathered(context: StepContext, range: CandidateRange): Promise<Gathered> {
  const { plan, store, source } = context;
  const { model, owner } = source ?? { model: plan.model, owner: undefined };
  const said = wanted(plan, await candidatesOf(store, model, { ...range, owner }));
  const feedback = said.filter((one) => isTrainable(one, context));
  const others = said.length - feedback.length;
  if (plan.from.traffic === undefined) return { feedback, others };
  const except = new Set(feedback.flatMap(({ trace }) => trace ?? []));
  const found = await trafficOf(store, { model, ...range, owner, except }, plan.from.traffic);
  const candidates = found.candidates.filter((one) =>
    isTrainable({ ...one, target: 'an answer edited by a person', isUp: true }, context),
  );
  return { feedback, others, traffic: { ...found, candidates } };
}

/** Alarms of the version in use; alarms of earlier versions led to this one. */
async function driftOf({ plan: { model }, store }: StepContext): Promise<Alarm[]> {
  const { champion } = (await modelHistory(model)).aliases;
  const isOther = (version: string): boolean => /@\d+$/.test(version) && version !== `${model}@${champion}`;
  return (await openAlarms(store, { model })).filter(({ signal, version }) => DRIFT.has(signal) && !isOther(version));
}

/** `from`: earlier feedback was trained on or discarded. `seen`: feedback up to this time was in a cycle before. */
function rangeOf({ decisions }: DecisionLog): { from: number; seen: number } {
  const latest = (cycles: ReadonlySet<number>): number =>
    greatest(
      decisions.filter(({ cycle }) => cycles.has(cycle)).map(({ facts }) => Number(facts.until ?? 0)),
      0,
    );
  const done = decisions.filter(({ state }) => state === 'promoted' || state === 'stopped');
  return {
    from: latest(new Set(done.map(({ cycle }) => cycle))),
    seen: latest(new Set(decisions.map(({ cycle }) => cycle))),
  };
}

/** Rows of this cycle, without those erased since. */
export async function collected(context: StepContext): Promise<Candidate[]> {
  const { from, until } = context.log.facts as { from: number; until: number };
  const { feedback, traffic } = await gathered(context, { from, until });
  return [...feedback, ...(traffic?.candidates ?? [])];
}

/** Whether the objective can use a row: a thumb cannot train a classifier, nor a class a generative model. */
function isTrainable(candidate: Candidate, { recipe, layout }: StepContext): boolean {
  return trainingRow(candidate, formOf(recipe), layout) !== undefined;
}

function wanted({ from: { feedback } }: Plan, candidates: Candidate[]): Candidate[] {
  if (feedback === 'all') return candidates;
  return candidates.filter(({ kind, target, isUp }) => {
    if (feedback === 'thumbs') return isUp !== undefined;
    return target !== undefined && kind === (feedback === 'labels' ? 'label' : 'text') && feedback !== 'none';
  });
}
