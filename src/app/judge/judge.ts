import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { checkLimits } from '../../scoring/endpoint/budget.ts';
import { endpointFrom, type Endpoint } from '../../scoring/endpoint/endpoint.ts';
import { calibrate, type Calibration } from '../../scoring/judges/judge-calibration.ts';
import { sameFamily } from '../../scoring/judges/model-families.ts';
import { majorities, readLabels } from '../../scoring/judges/human-labels.ts';
import { judgePairs } from '../../scoring/judges/judge-pairs.ts';
import { readPairs, type AnswerPair } from '../../scoring/judges/answer-pairs.ts';
import { judgeByRubric, type Rubric } from '../../scoring/judges/rubric.ts';
import { writeJson } from '../../files/json.ts';
import { requireWritable } from '../../files/atomic.ts';
import type { useCase, Judgement } from '../use-cases/judge.ts';
import { limitsOf } from '../use-cases/shared/endpoint-fields.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { readRubric } from './read-rubric.ts';

export type JudgingOptions = CallOptions<typeof useCase>;

/**
 * Judges pairs of answers with a model behind an OpenAI-compatible endpoint: which one is better, asked in both
 * orders, or by a rubric. Judgements are cached on disk, so that no request is repeated.
 * @throws AttuneError E_PAIRS, E_PAIRS_MISSING, E_LABELS, E_RUBRIC, E_JUDGE_UNREADABLE, and errors of endpoints
 */
export async function judge(target: string, options: JudgingOptions): Promise<Judgement> {
  const { labels, output } = options;
  const limits = limitsOf(options);
  const endpoint = endpointFrom(options.endpoint, options.model, limits.keyVariable);
  checkLimits(limits);
  const rubric = await readRubric(options.rubric);
  if (rubric !== undefined && labels !== undefined) throw labelsWithRubric();
  if (output !== undefined) requireWritable(output);
  const human = labels === undefined ? undefined : majorities(await readLabels(labels));
  const pairs = (await readPairs(target, options)).slice(0, options.maxRows);
  if (human !== undefined && !pairs.some(({ id }) => human.has(id))) throw noLabel(labels!, pairs);
  const versions = new Map<string, number>();
  const onVersion = (version: string) => versions.set(version, (versions.get(version) ?? 0) + 1);
  const judged = await askedJudge(pairs, { endpoint, rubric, options, onVersion });
  const calibration = human && judged.pairwise && calibrate(pairs, judged.pairwise.pairs, human);
  const result: Judgement = {
    version: 1,
    judge: { url: endpoint.url, model: endpoint.model },
    ...(versions.size > 0 && { versions: Object.fromEntries(versions) }),
    systems: pairs[0].systems,
    rows: pairs.length,
    ...judged,
    ...(calibration !== undefined && { calibration }),
    notes: [...changesOf(endpoint.model, versions), ...notesOf(pairs, options.model, calibration)],
  };
  if (output !== undefined) writeJson(output, result);
  return result;
}

interface Task {
  endpoint: Endpoint;
  rubric?: Rubric;
  options: JudgingOptions;
  onVersion: (version: string) => void;
}

async function askedJudge(
  pairs: readonly AnswerPair[],
  { endpoint, rubric, options, onVersion }: Task,
): Promise<Pick<Judgement, 'pairwise' | 'rubric'>> {
  const { maxNewTokens, instruction, onEvent, signal } = options;
  onEvent?.({ type: 'phase-started', phase: 'evaluate', message: `judging with ${endpoint.model}` });
  const onProgress = (done: number, total: number) =>
    onEvent?.({ type: 'work-advanced', phase: 'evaluate', done, total, unit: 'answers' });
  const asking = { ...limitsOf(options), maxNewTokens, onProgress, onVersion, signal };
  if (rubric !== undefined) return { rubric: await judgeByRubric(pairs, rubric, endpoint, asking) };
  return { pairwise: await judgePairs(pairs, endpoint, { ...asking, instruction }) };
}

function labelsWithRubric(): AttuneError {
  return new AttuneError('E_USAGE', {
    what: 'Human preferences cannot be compared with rubric scores',
    got: '--labels with --rubric',
    fix: 'remove one of them',
  });
}

function noLabel(file: string, pairs: readonly AnswerPair[]): AttuneError {
  return new AttuneError('E_LABELS', {
    what: `${file} has no preferences for any of the pairs`,
    expected: `ids such as ${JSON.stringify(pairs[0].id)}`,
    fix: 'use the same ids in both files',
  });
}

/** A note if verdicts come from different versions of the judge. */
function changesOf(model: string, versions: ReadonlyMap<string, number>): string[] {
  if (versions.size < 2) return [];
  const parts = [...versions].map(([version, answers]) => `${version} (${plural(answers, 'answers')})`);
  return [`${model} changed while it was judging: ${parts.join(', ')}; judge all pairs again with one of them`];
}

function notesOf(pairs: readonly AnswerPair[], model: string, calibration: Calibration | undefined): string[] {
  const systems = [...new Set(pairs.flatMap((pair) => pair.systems))];
  const kin = sameFamily(model, systems);
  const favours = (system: string) =>
    systems.length === 2 && isFavoured(system, calibration) ? 'clearly favours it' : 'may favour it';
  const notes = kin.map(
    (system) => `${model} belongs to the same family as ${system}, judging by its name, and ${favours(system)}`,
  );
  if (calibration === undefined) return [...notes, 'not compared with people: use --labels FILE'];
  if (!calibration.isEnough) notes.push(`${calibration.labels} labels are too few to rely on the judge: 50 are needed`);
  if (!calibration.combined.helps) notes.push('the judge does not narrow the interval of the labels alone');
  return notes;
}

/** Whether the judge scores a system significantly higher than people do. */
function isFavoured(system: string, { leaning }: Partial<Calibration> = {}): boolean {
  if (leaning === undefined) return false;
  return leaning.system === system ? leaning.low > 0 : leaning.high < 0;
}
