import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import type { SampleAnswer } from '../store/results.ts';
import { promptFormOf, readNotes } from '../answering/model/result-notes.ts';
import { resultFolder } from '../answering/model/result-folder.ts';
import { compare } from './compare/compare.ts';
import type { useCase, ServedCheck } from './use-cases/export.ts';
import { limitsOf } from './use-cases/shared/endpoint-fields.ts';
import type { CallOptions } from './use-cases/use-case.ts';

type CheckServedOptions = CallOptions<typeof useCase> & { check: string };

/** Number of differing answers to show. */
const SHOWN = 3;

/**
 * Compares the answers of another server to those of the run itself on the run's test rows: with the same template,
 * stop tokens and weights, greedy answers are equal except where two tokens are almost equally likely.
 * @throws AttuneError E_CHECK_PLAIN for a run that continues texts; E_SERVED_DIFFERS (exit code 3) if the server is
 * significantly worse than the run, or no answer is equal
 */
export async function checkServed(run: string, options: CheckServedOptions): Promise<ServedCheck> {
  const { check: url, name: model = basename(resolve(run)), maxRows = 20, data, onEvent, signal } = options;
  refusePlain(run);
  const endpoint = limitsOf(options);
  const { comparison, samples } = await compare([run, `${url}#${model}`], { maxRows, data, endpoint, onEvent, signal });
  const [ours, theirs] = samples.systems.map(({ name }) => name);
  const answered = samples.rows.map(({ id, prompt, answers }) => ({
    id,
    prompt,
    ours: answers[ours], // own: names of the two systems
    theirs: answers[theirs], // own: names of the two systems
  }));
  const differing = answered.filter((row) => !isAlike(row.ours, row.theirs));
  const equal = answered.length - differing.length;
  const [difference] = comparison.differences;
  const shown = differing.slice(0, SHOWN).map((row) => ({ ...row, ours: row.ours?.text, theirs: row.theirs?.text }));
  const check = { url, model, rows: answered.length, equal, difference, differing: shown };
  if (equal > 0 && comparison.verdict !== 'better') return check;
  throw new AttuneError('E_SERVED_DIFFERS', {
    what: `${model} at ${url} does not give the same answers as the run`,
    got: `${equal} of ${answered.length} answers are the same`,
    problems: check.differing.map((row) => ({
      field: row.id,
      message: `here: ${row.ours ?? 'nothing'}; there: ${row.theirs ?? 'nothing'}`,
    })),
    fix: 'check that the server has this adapter and chat template, and no sampling settings of its own',
    exitCode: 3,
  });
}

/** Chat servers apply a template to every prompt, but a run on plain text was trained without one. */
function refusePlain(run: string): void {
  if (!existsSync(run) || promptFormOf(readNotes(resultFolder(run))) !== 'plain') return;
  throw new AttuneError('E_CHECK_PLAIN', {
    what: `${run} was trained to continue plain text, but servers receive chat messages`,
    fix: 'compare through /v1/completions, or train on rows of messages',
  });
}

/** Whether both texts are equal up to the end of the shorter one, since maximum lengths may differ. */
function isAlike(ours: SampleAnswer | undefined, theirs: SampleAnswer | undefined): boolean {
  if (ours === undefined || theirs === undefined) return ours === theirs;
  if (ours.cut !== true && theirs.cut !== true) return ours.text === theirs.text;
  const [short, long] = ours.text.length < theirs.text.length ? [ours, theirs] : [theirs, ours];
  return short.cut === true && long.text.startsWith(short.text);
}
