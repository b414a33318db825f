import type { Example, Table } from './example.ts';
import { arithmetic, extraction, pronunciations } from './feedback/rewarded.ts';
import { synopses } from './feedback/synopses.ts';

/** Learning from judgements: pairs of answers that keep and break rules, and rewards for the model's own answers. */
export const feedback: Example = {
  title: 'Learning from preference and from reward',
  async run(setting) {
    const parts = [];
    for (const part of [synopses, pronunciations, extraction, arithmetic]) parts.push(await part(setting));
    return {
      about: parts.map(({ about }) => about),
      tables: parts.map(({ table }) => table),
      verdict: parts.flatMap(({ table }) => losersOf(table)),
    };
  },
};

/** Table rows of methods that made something worse, or without evidence of an improvement. */
function losersOf({ rows, caption, head }: Table): string[] {
  const [what] = caption.split(':');
  const columns = head.flatMap((title, column) => (title === 'gain' ? [column] : []));
  const said = rows.slice(1).flatMap((row) => {
    const worse = columns.filter((column) => row[column].startsWith('▼')).map((column) => head[column - 1]);
    const unsure = columns.every((column) => row[column].startsWith('·'));
    if (worse.length > 0) return [`${row[0]} made ${worse.join(' and ')} worse`];
    return unsure ? [`of ${row[0]} there is no sign that it changed anything`] : [];
  });
  return said.length === 0 ? [] : [`${what}: ${said.join('; ')}.`];
}
