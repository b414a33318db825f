import { formatCount, formatNumber, plural } from '../../../base/format.ts';
import { entryOf } from '../../../base/table.ts';
import { visible } from '../../terminal/control-characters.ts';
import { formatTable } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Evaluated } from '../../compare/evaluate-system.ts';

/** Formats figures with their intervals; for few rows, also each answer. */
export function describeEvaluated(
  { answers = [], available, split, rows, values, titles, notes }: Evaluated,
  { colours }: Terminal,
): string {
  const lines = Object.entries(titles).map(([name, title]) => {
    const { value, low, high } = entryOf(values, name);
    const interval = low === undefined || high === undefined ? '' : `${formatNumber(low)} to ${formatNumber(high)}`;
    return [title, formatNumber(value), interval];
  });
  const columns = [
    {
      title: `${available === undefined ? '' : `${formatCount(rows)} of `}${plural(available ?? rows, 'rows')} of ${split}`,
    },
    { title: '', isNumeric: true },
    { title: '95 % interval' },
  ];
  const told = answers.map(({ prompt, expected, text, isRight }) => {
    const mark = isRight ? colours.green('✓') : colours.red('✗');
    return `${mark} ${visible(prompt)} → ${visible(text)}${isRight ? '' : colours.dim(` (right: ${visible(expected)})`)}`;
  });
  return [...told, formatTable(columns, lines, colours), ...notes.map((note) => colours.dim(note))].join('\n');
}
