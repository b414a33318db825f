import { formatCount } from '../../../base/format.ts';
import type { DataDiff } from '../../../preparation/index.ts';
import { formatFacts } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const MOST_SHOWN = 3;

export function describeDiff({ rows, first, steps, sources }: DataDiff, { colours }: Terminal): string {
  const { dim, bold } = colours;
  const facts = formatFacts(
    Object.entries(rows).map(([kind, count]) => [kind, formatCount(count)] as const),
    colours,
  );
  const shown = Object.entries(first).flatMap(([kind, values]) =>
    values.slice(0, MOST_SHOWN).map((value) => dim(`  ${kind}  ${JSON.stringify(value).slice(0, 120)}`)),
  );
  const changed = steps.map(({ step, before, after }) => {
    if (before === undefined) return `  + ${step} ${JSON.stringify(after)}`;
    return after === undefined ? `  - ${step}` : `  ~ ${step} ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
  });
  return [
    bold('rows'),
    facts,
    ...shown,
    ...(changed.length > 0 ? [bold('steps'), ...changed] : []),
    ...(sources.length > 0 ? [bold('sources'), ...sources.map(({ file, change }) => `  ${change} ${file}`)] : []),
  ].join('\n');
}
