import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { writeFileAtomic, requireWritable } from '../../files/atomic.ts';
import { readLabels } from '../../scoring/judges/human-labels.ts';
import { readPairs } from '../../scoring/judges/answer-pairs.ts';
import { toolNames, tools, type Exchange, type ToolName } from '../../evaluation/review/exchange/index.ts';
import { reviewPlaces } from '../../evaluation/review/places.ts';
import { readPlan } from '../../evaluation/review/review-plan.ts';
import { reviewResults as resultsOf } from '../../evaluation/review/review-outcome.ts';
import { readAuditLog } from '../../evaluation/review/gate-log.ts';
import { changed, checkSignOffs, signOff, type SignOff, type SignOffCheck } from '../../evaluation/review/sign-offs.ts';
import { trainingRows } from '../../evaluation/review/preferred-rows.ts';
import type { useCase as outcome, ReviewOutcome, ExportKind } from '../use-cases/review-results.ts';
import type { useCase as signing } from '../use-cases/review-sign.ts';
import type { OptionsOf } from '../use-cases/use-case.ts';

/** Result of a review, with its uncertainty and the reviewers' agreement. @throws AttuneError E_REVIEW_MISSING */
export async function reviewResults(target: string, options: OptionsOf<typeof outcome> = {}): Promise<ReviewOutcome> {
  const { log, plan } = reviewPlaces(target);
  if (options.export !== undefined && options.output === undefined) {
    throw new AttuneError('E_USAGE', { what: 'No output file is given', fix: '--output FILE' });
  }
  const pairs = await readPairs(target, options);
  const isForTool = options.export !== undefined && isTool(options.export);
  // Pairs without a log can be exported for review in another tool.
  const labels = isForTool && !existsSync(log) ? [] : await readLog(log, target);
  const results = { ...resultsOf(pairs, labels, readPlan(plan)), log };
  const { export: kind, output: to } = options;
  if (kind === undefined || to === undefined) return results;
  requireWritable(to);
  const rows = isTool(kind) ? tools[kind].write(pairs, labels) : trainingRows(pairs, labels, kind);
  if (rows.length === 0) {
    throw new AttuneError('E_NO_ROWS', { what: `No pair of ${target} has a winner`, got: 'only ties' });
  }
  const settings = writeRows(to, rows, isTool(kind) ? tools[kind] : {});
  return { ...results, exported: { kind, to, rows: rows.length, ...(settings && { settings }) } };
}

/** @returns the file of settings, if there is one */
function writeRows(
  to: string,
  rows: readonly object[],
  { isList = false, settings }: Pick<Exchange, 'isList' | 'settings'>,
): string | undefined {
  const lines = rows.map((row) => JSON.stringify(row));
  writeFileAtomic(to, isList ? `[\n${lines.join(',\n')}\n]\n` : lines.map((line) => `${line}\n`).join(''));
  if (settings === undefined) return undefined;
  const file = `${to}${settings.ending}`;
  writeFileAtomic(file, settings.text);
  return file;
}

function isTool(kind: ExportKind): kind is ToolName {
  return toolNames.some((name) => name === kind);
}

async function readLog(log: string, target: string) {
  if (existsSync(log)) return readLabels(log);
  throw new AttuneError('E_REVIEW_MISSING', {
    what: `${target} has not been reviewed`,
    expected: log,
    fix: `attune review ${target}`,
  });
}

/** Adds a sign-off on the current contents of a run, comparison or file of pairs. @throws AttuneError E_SIGN_OFFS_CHANGED */
export async function signReview(target: string, options: OptionsOf<typeof signing>): Promise<SignOff> {
  const { by, decision, reason } = options;
  const missing = Object.entries({ by, reason }).filter(([, text]) => text.trim() === '');
  if (missing.length > 0 || (decision !== 'approve' && decision !== 'reject')) {
    throw new AttuneError('E_USAGE', {
      what: 'A sign-off needs a name, a decision and a reason',
      fix: 'give all three',
    });
  }
  return signOff(target, { by, decision, reason });
}

/**
 * Checks whether the signed files and the gate's result are unchanged. @throws AttuneError E_SIGN_OFFS_CHANGED, with
 * exit code 3; E_NOT_SIGNED
 */
export async function verifyReview(target: string): Promise<SignOffCheck> {
  const check = checkSignOffs(target);
  const problems = [...check.problems, ...readAuditLog(target).problems];
  if (problems.length > 0) throw changed(check.file, problems);
  if (check.signOffs.length > 0) return check;
  throw new AttuneError('E_NOT_SIGNED', {
    what: `${target} has no sign-off`,
    fix: `attune review sign ${target} --by NAME --decision approve --reason TEXT`,
  });
}
