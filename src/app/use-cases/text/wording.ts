import { ownRowsAdvice, wordingFinding } from '../../../evaluation/wording/wording-sentence.ts';
import type { Wording } from '../../../evaluation/wording/wording-results.ts';
import { wrap, type Terminal } from '../../terminal/terminal.ts';

const WIDTH = 80;

/** Shows how a result scores on reworded test rows, and how to test it with rows of one's own. */
export function describeWording(wording: Wording, folder: string, { colours, columns }: Terminal): string {
  const width = Math.min(columns, WIDTH);
  const { tone, sentence } = wordingFinding(wording);
  const paint = { good: colours.green, fair: colours.yellow, bad: colours.red }[tone];
  const { sentence: about, command } = ownRowsAdvice(folder);
  return [
    ...wrap(sentence, width).map((line) => paint(line)),
    ...wrap(about, width),
    `  ${colours.cyan(command)}`,
  ].join('\n');
}
