/** Turns served answers into rows according to the verdict of people or a judge: correct as they are, or with a correction. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { plural } from '../../base/format.ts';
import { pushAll } from '../../base/many.ts';
import { endpointFrom } from '../../scoring/endpoint/endpoint.ts';
import { decisiveLabels, majorities, readLabels, type HumanLabel } from '../../scoring/judges/human-labels.ts';
import { askJudge, requireReadable } from '../../scoring/judges/judge.ts';
import { readScore, scoreForm, scoreQuestion, type Criterion } from '../../scoring/judges/rubric.ts';
import { reviewPlaces } from '../../evaluation/review/places.ts';
import type { Candidate } from '../../monitoring/quarantine/candidate.ts';
import type { Hold } from '../../monitoring/quarantine/checks.ts';
import { askedText } from '../../monitoring/trace.ts';
import { cycleFolder } from './improvement-decisions.ts';
import type { TrafficJudge } from './plan-traffic.ts';
import type { StepContext } from './improvement-step.ts';

export const pairsPath = (folder: string): string => join(folder, 'pairs.jsonl');

const isTraffic = ({ origin }: Candidate): boolean => origin === 'traffic';

/** Removes answers that the plan's judge scores below its minimum; without a judge, keeps all. */
export async function judgedTraffic(
  candidates: readonly Candidate[],
  { plan, signal, onEvent }: StepContext,
): Promise<{ accepted: Candidate[]; held: Hold[]; told: string }> {
  const judge = plan.from.traffic?.judge;
  const traffic = candidates.filter(isTraffic);
  if (judge === undefined || traffic.length === 0) return { accepted: [...candidates], held: [], told: '' };
  onEvent({ type: 'phase-started', phase: 'evaluate', message: `rating served answers with ${judge.model}` });
  const scores = await rate(traffic, judge, signal);
  const held = traffic.flatMap(({ id }, place): Hold[] => {
    const score = scores[place];
    if (score !== undefined && score >= judge.least) return [];
    const given = score === undefined ? 'no readable score' : `${score} of 5`;
    return [{ id, check: 'judged', reason: `${judge.model} gave ${given}; at least ${judge.least} is required` }];
  });
  const out = new Set(held.map(({ id }) => id));
  return {
    accepted: candidates.filter(({ id }) => !out.has(id)),
    held,
    told: `; ${judge.model} rated ${plural(traffic.length, 'served answers')}`,
  };
}

async function rate(
  traffic: readonly Candidate[],
  { endpoint: url, model, criterion: description }: TrafficJudge,
  signal: AbortSignal,
): Promise<(number | undefined)[]> {
  const criterion: Criterion = { name: 'quality', description, scale: [1, 5], levels: {} };
  const questions = traffic.map(({ id, prompt, answer = '' }) =>
    scoreQuestion({ id, prompt: askedText(prompt) }, answer, criterion),
  );
  const endpoint = endpointFrom(url, model);
  const answers = await askJudge(endpoint, scoreForm(criterion), questions, { signal });
  const scores = answers.map((answer) => (answer === undefined ? undefined : readScore(answer, criterion)));
  requireReadable(scores.filter((score) => score !== undefined).length, answers, model);
  return scores;
}

/** Answers that people still have to review; earlier cycles that were abandoned may have reviewed some. */
export async function unseenTraffic(candidates: readonly Candidate[], context: StepContext): Promise<Candidate[]> {
  if (context.plan.approve === 'auto') return [];
  const seen = new Set((await labelsOfCycles(context)).map(({ id }) => id));
  return candidates.filter((one) => isTraffic(one) && !seen.has(one.id));
}

/** Pairs of an answer and an empty text: reviewers who prefer the empty one reject the answer, and may write a better one. */
export function trafficPairs(candidates: readonly Candidate[]): object[] {
  return candidates.map(({ id, prompt, answer = '' }) => {
    return { id, prompt: askedText(prompt), a: answer, b: '', system_a: 'answer', system_b: 'no answer' };
  });
}

/** Summary of reviews: "22 right, 9 corrected and 9 bad or undecided of 40 served answers". */
export function saidOfTraffic(ids: readonly string[], labels: readonly HumanLabel[]): string {
  const known = new Set(ids);
  const verdicts = verdictsOf(labels.filter(({ id }) => known.has(id)));
  const count = (is: (verdict: Verdict) => boolean): number => [...verdicts.values()].filter(is).length;
  const corrected = count((one) => 'edit' in one);
  const right = count((one) => 'isRight' in one && one.isRight);
  const rest = ids.length - right - corrected;
  return `${right} right, ${corrected} corrected and ${rest} bad or undecided of ${plural(ids.length, 'served answers')}`;
}

/** Reviewed traffic in the form of feedback; unreviewed answers do not become rows. */
export async function answeredTraffic(rows: readonly Candidate[], context: StepContext): Promise<Candidate[]> {
  if (!rows.some(isTraffic)) return [...rows];
  const isAuto = context.plan.approve === 'auto';
  const verdicts = isAuto ? new Map<string, Verdict>() : verdictsOf(await labelsOfCycles(context));
  return rows.flatMap((row): Candidate[] => {
    if (!isTraffic(row)) return [row];
    const verdict = isAuto ? { isRight: true } : verdicts.get(row.id);
    if (verdict === undefined) return [];
    if ('edit' in verdict) return [{ ...row, target: verdict.edit, isUp: false }];
    return [{ ...row, isUp: verdict.isRight, ...(verdict.isRight && { target: row.answer }) }];
  });
}

type Verdict = { edit: string } | { isRight: boolean };

/** Verdicts by majority for each answer; flagged and undecided answers have none. */
function verdictsOf(labels: readonly HumanLabel[]): Map<string, Verdict> {
  const flagged = new Set(labels.filter(({ flags = [] }) => flags.length > 0).map(({ id }) => id));
  const decisive = decisiveLabels(labels);
  const edits = new Map(decisive.flatMap(({ id, edit }) => (edit === undefined ? [] : [[id, edit] as const])));
  const bad = Map.groupBy(decisive, ({ id }) => id);
  const verdicts = new Map<string, Verdict>();
  for (const [id, choice] of majorities(labels)) {
    if (flagged.has(id)) continue;
    const edit = edits.get(id);
    const own = bad.get(id) ?? [];
    const isBad = choice === 'b' || own.filter((one) => one.choice === 'neither').length * 2 > own.length;
    if (edit !== undefined) verdicts.set(id, { edit });
    else if (choice === 'a' || isBad) verdicts.set(id, { isRight: choice === 'a' });
  }
  return verdicts;
}

async function labelsOfCycles({ log }: StepContext): Promise<HumanLabel[]> {
  const labels: HumanLabel[] = [];
  for (let cycle = 1; cycle <= log.cycle; cycle++) {
    const file = reviewPlaces(pairsPath(cycleFolder(log.folder, cycle))).log;
    if (existsSync(file)) pushAll(labels, await readLabels(file));
  }
  return labels;
}
