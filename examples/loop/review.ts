import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importReview, reviewResults } from '../../src/app/index.ts';
import type { DatedMail } from '../data/dated-mail.ts';

interface Task {
  data: { id: string; left: string; right: string };
  annotations: object[];
}

/**
 * Reviews the pairs of a quarantine as people do in Label Studio: of the model's class and the corrected one, whoever looks
 * prefers the one that the collection gives the mail. @returns how many were looked at
 */
export async function reviewByCollection(pairs: string, said: ReadonlyMap<string, DatedMail>): Promise<number> {
  const to = join(dirname(pairs), 'tasks.json');
  await reviewResults(pairs, { export: 'label-studio', to });
  const tasks = JSON.parse(readFileSync(to, 'utf8')) as Task[];
  const seen = tasks.map(({ data }) => {
    const { label } = said.get(data.id)!;
    const selected = data.left === label ? 'left' : 'right';
    const isRight = data[selected] === label;
    const value = isRight ? { selected } : { choices: ['neither'] };
    return { data, annotations: [{ completed_by: 'postmaster', result: [{ value }] }] };
  });
  writeFileSync(to, JSON.stringify(seen));
  return (await importReview(pairs, to, { from: 'label-studio' })).choices;
}
