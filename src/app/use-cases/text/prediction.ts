import { entryOf } from '../../../base/table.ts';
import { formatCount, formatNumber, formatPercent, plural } from '../../../base/format.ts';
import { greatest } from '../../../base/many.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { formatTable } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Predicted } from '../predict.ts';

type Answer = NonNullable<Predicted['answers']>[number];

/** Formats predictions for a file of rows: the first ones, or the name of the output file. */
export function describePredicted(predicted: Predicted, terminal: Terminal): string {
  const { rows, available = rows, to, answers } = predicted;
  const { dim, bold, green } = terminal.colours;
  if (answers === undefined) return `${green('✓')} ${plural(rows, 'rows')} in ${bold(shortPath(to!))}`;
  const more = `the first ${formatCount(rows)} of ${formatCount(available)} rows; for all of them: --output answers.csv`;
  const note = available > rows ? more : 'to keep them: --output answers.csv';
  const lines = [...describeThresholds(predicted), note].map((line) => dim(line));
  return [answersTable(answers, predicted, terminal), ...lines].join('\n');
}

function answersTable(answers: readonly Answer[], { renamed }: Predicted, { colours, columns }: Terminal): string {
  const nameOf = (name: string): string => entryOf(renamed, name) ?? name;
  const added = new Set(ADDED.map(nameOf));
  const lines = answers.map((answer) => {
    const own = Object.entries(answer).filter(([column]) => !added.has(column));
    return [
      own.map(([, value]) => shownValue(value)).join(' · '),
      shownAnswer(answer, nameOf),
      shownProbability(answer[nameOf('probability')]),
    ];
  });
  const widest = greatest(lines.map(([, answer, probability]) => answer.length + probability.length));
  const room = Math.max(LEAST_ROOM, columns - Math.min(widest, columns - LEAST_ROOM) - GAPS);
  const cut = lines.map(([text, ...rest]) => [cutTo(text, room), ...rest]);
  const titles = [{ title: 'row' }, { title: 'prediction' }, { title: 'probability', isNumeric: true }];
  const hasProbability = lines.some(([, , probability]) => probability !== '');
  const kept = hasProbability ? 3 : 2;
  return formatTable(
    titles.slice(0, kept),
    cut.map((line) => line.slice(0, kept)),
    colours,
  );
}

/** Columns added by predictions. */
const ADDED = [
  'file',
  'prediction',
  'probability',
  'spans',
  'steps',
  'stretch',
  'answers',
  'cut',
  'top',
  'probabilities',
  'error',
];
const LEAST_ROOM = 20;
/** Width of the gaps between three columns. */
const GAPS = 4;

/** Maximum number of classes shown per text. */
const SHOWN_CLASSES = 5;

/** Texts of the command line, each with its answer and the most likely classes. */
export function describeTexts(predicted: Predicted, terminal: Terminal): string {
  const { answers = [], renamed } = predicted;
  const { bold, dim } = terminal.colours;
  const nameOf = (name: string): string => entryOf(renamed, name) ?? name;
  const blocks = answers.map((answer) => {
    const text = Object.values(answer).find((value) => typeof value === 'string');
    const classes = likeliest(answer, nameOf);
    const width = greatest(
      classes.map(({ label }) => label.length),
      0,
    );
    return [
      dim(cutTo(shownValue(text), terminal.columns)),
      bold(shownAnswer(answer, nameOf)),
      ...classes.map(({ label, probability }) =>
        dim(`  ${label.padEnd(width)}  ${formatPercent(probability).padStart(7)}`),
      ),
    ].join('\n');
  });
  return [...blocks, ...describeThresholds(predicted).map((line) => dim(line))].join('\n\n');
}

/** Explains thresholds in one line, as they can differ from choosing the most likely class. */
function describeThresholds({ thresholds = {} }: Predicted): string[] {
  const parts = Object.entries(thresholds).map(([label, least]) => `${label} is assigned from ${formatPercent(least)}`);
  return parts.length > 0 ? [parts.join('; ')] : [];
}

function likeliest(answer: Answer, nameOf: (name: string) => string): { label: string; probability: number }[] {
  const top = answer[nameOf('top')] as { label: string; probability: number }[] | undefined;
  if (top !== undefined) return top;
  const all = Object.entries((answer[nameOf('probabilities')] ?? {}) as Record<string, number>);
  const sorted = all.toSorted(([, a], [, b]) => b - a).slice(0, SHOWN_CLASSES);
  return sorted.map(([label, probability]) => ({ label, probability }));
}

function shownAnswer(answer: Answer, nameOf: (name: string) => string): string {
  const [given, error] = [answer[nameOf('prediction')], answer[nameOf('error')]];
  if (error !== undefined) return `(${shownValue(error)})`;
  if (given === null) return '(no answer)';
  if (Array.isArray(given)) return given.length === 0 ? '(none)' : given.join(' | ');
  return typeof given === 'number' ? formatNumber(given) : shownValue(given);
}

function shownProbability(probability: unknown): string {
  const values = [probability ?? []].flat().filter((value) => typeof value === 'number');
  return values.map((value) => formatPercent(value)).join(' | ');
}

function shownValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/\s+/g, ' ');
}

function cutTo(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
