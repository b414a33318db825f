/** Formats the outcome of reading documents. */
import { formatCount, plural } from '../../../base/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { PreparedData } from '../data-prepare.ts';

const MOST_SHOWN = 3;

/** Files that were skipped or cut short, and contents left out of others; `list` names the file with all of them. */
export function readingLines(
  { skipped, notes }: Pick<PreparedData['files'], 'skipped' | 'notes'>,
  list: string,
  { yellow, dim }: Terminal['colours'],
): string[] {
  return [
    ...Object.entries(skipped).flatMap(([reason, { count, first }]) => [
      yellow(`! ${plural(count, 'files')} skipped or cut short: ${reason}`),
      ...first.slice(0, MOST_SHOWN).map(({ file, message }) => `    ${file}  ${dim(message)}`),
      ...(count > MOST_SHOWN ? [dim(`    … and ${formatCount(count - MOST_SHOWN)} more in ${list}`)] : []),
    ]),
    ...Object.entries(notes).map(([reason, { count, first }]) =>
      yellow(`! ${formatCount(count)} ${reason}  ${dim(first[0])}`),
    ),
  ];
}
