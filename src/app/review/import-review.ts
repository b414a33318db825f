import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { checkedRows } from '../../data/checked-rows.ts';
import { readLabels } from '../../scoring/judges/human-labels.ts';
import { readPairs } from '../../scoring/judges/answer-pairs.ts';
import { sideOf, tools, type ImportedLabel, type ToolName } from '../../evaluation/review/exchange/index.ts';
import { reviewPlaces } from '../../evaluation/review/places.ts';
import { pairHash, type LoggedChoice } from '../../evaluation/review/review-session.ts';
import { JsonLinesWriter } from '../../store/json-lines.ts';
import type { useCase, ImportedReview } from '../use-cases/review-import.ts';
import type { OptionsOf } from '../use-cases/use-case.ts';

/**
 * Imports choices into a review from Argilla's records or Label Studio's tasks, which `reviewResults` had exported.
 * @throws AttuneError E_LABELS with every invalid record; then nothing is imported
 */
export async function importReview(
  target: string,
  file: string,
  options: OptionsOf<typeof useCase>,
): Promise<ImportedReview> {
  const pairs = await readPairs(target, options);
  const found = await choicesOf(file, new Map(pairs.map((pair) => [pair.id, pair])), options.from);
  const { log } = reviewPlaces(target);
  const known = new Set(existsSync(log) ? (await readLabels(log)).map(keyOf) : []);
  const fresh = found.map(loggedOf).filter((label) => !known.has(keyOf(label)));
  const writer = new JsonLinesWriter(log);
  try {
    for (const label of fresh) writer.append(label);
  } finally {
    writer.close();
  }
  return { log, choices: fresh.length, known: found.length - fresh.length };
}

async function choicesOf(
  file: string,
  pairs: Parameters<(typeof tools)[ToolName]['read']>[1],
  from: ToolName,
): Promise<ImportedLabel[]> {
  if (!existsSync(file)) throw new AttuneError('E_LABELS', { what: `${file} does not exist` });
  const { rows, problems } = await checkedRows(file, (value, refuse) => {
    const labels = tools[from].read(value, pairs);
    return typeof labels === 'string' ? refuse(labels) : labels;
  });
  if (problems.length === 0) return rows.flat();
  throw new AttuneError('E_LABELS', {
    what: `${file} does not contain choices from ${from}`,
    expected: `the file written by attune review results --export ${from}, with choices added in the tool`,
    problems,
  });
}

function loggedOf({ pair, choice, reviewer }: ImportedLabel): LoggedChoice {
  const order = sideOf(pair);
  const [first, second] = order === 'ab' ? (['a', 'b'] as const) : (['b', 'a'] as const);
  const own = choice === 'first' ? first : choice === 'second' ? second : choice;
  return { id: pair.id, reviewer, choice: own, order, seconds: 0, at: new Date().toISOString(), hash: pairHash(pair) };
}

function keyOf({ id, reviewer, choice }: { id: string; reviewer: string; choice: string }): string {
  return JSON.stringify([id, reviewer, choice]);
}
