/** Writes answers and criteria for people to review with `attune review`. */
import { join } from 'node:path';
import { isJudged, ruleSentence, type Policy } from '../../evaluation/policy/policy.ts';
import type { GivenAnswer } from '../../evaluation/policy/check-rules.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { writeJson } from '../../files/json.ts';
import { makeFolders } from '../../files/make-folder.ts';
import type { PolicyResults } from '../../evaluation/assessments/policy.ts';

interface Answered {
  now: readonly GivenAnswer[];
  old: readonly GivenAnswer[];
  after: { name: string };
  before: { name: string };
}

/** Pairs of answers before and after, and the rules that need judgement as criteria. */
export function writeItems(
  folder: string,
  policy: Policy,
  { now, old, after, before }: Answered,
): NonNullable<PolicyResults['items']> {
  makeFolders(folder);
  const pairs = join(folder, 'policy-pairs.jsonl');
  const rows = now.map(({ prompt, answer }, row) => ({
    prompt,
    a: answer,
    b: old[row].answer,
    system_a: after.name,
    system_b: before.name,
  }));
  writeFileAtomic(pairs, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const judged = policy.rules.filter((rule) => isJudged(rule));
  if (judged.length === 0) return { pairs };
  const rubric = join(folder, 'policy-rubric.json');
  const criteria = judged.map((rule) => ({
    name: rule.name,
    description: ruleSentence(rule),
    scale: [0, 1],
    levels: { 0: 'broken', 1: 'kept' },
  }));
  writeJson(rubric, { criteria });
  return { pairs, rubric };
}
