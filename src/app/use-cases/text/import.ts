/** Text output of `attune import langfuse` and `attune import otlp`. */
import { formatCount, plural } from '../../../base/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { ImportedAnswers } from '../import-langfuse.ts';

const MOST_SHOWN = 8;

export function importText(result: ImportedAnswers, { colours }: Terminal): string {
  const { models, own, again, feedback, feedbackAgain, scores, leftOut, unknownFields, broken, brokenRows } = result;
  const added = Object.values(models).reduce((sum, count) => sum + count, 0);
  const said = Object.entries(feedback).flatMap(([use, count]) => (count > 0 ? [plural(count, `${use}s`)] : []));
  const names = Object.entries(models).map(([model, count]) => `  ${model}: ${plural(count, 'answers')}`);
  const read = scores.map(({ name, use, count }) => `  score ${name}: ${formatCount(count)}, ${use}`);
  const warn = (lines: readonly string[]): string[] => lines.map((line) => colours.yellow(`  ! ${line}`));
  const problems = broken.map(({ file, line, field, message }) => {
    const place = [file, line].filter((one) => one !== undefined).join(':');
    return `${place}: ${field === undefined ? '' : `${field} `}${message}`;
  });
  const known = [
    own > 0 && `feedback on ${plural(own, 'answers')} of this server`,
    again > 0 && `imported before: ${plural(again, 'answers')}`,
    feedbackAgain > 0 && `imported before: ${plural(feedbackAgain, 'pieces of feedback')}`,
  ].filter((one) => one !== false);
  const head = [`${plural(added, 'new answers')}`, said.length === 0 ? 'no feedback' : said.join(', '), ...known];
  return [
    `${colours.green('✓')} ${head.join('; ')}`,
    ...names,
    ...read,
    ...warn(listed(Object.entries(leftOut).map(([reason, count]) => `left out: ${reason} (${formatCount(count)})`))),
    ...warn(brokenRows === 0 ? [] : [`${plural(brokenRows, 'rows')} could not be read:`, ...listed(problems)]),
    ...fieldsText(unknownFields),
  ].join('\n');
}

function fieldsText(fields: Readonly<Record<string, number>>): string[] {
  const all = Object.entries(fields).toSorted(([, a], [, b]) => b - a);
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_SHOWN).map(([name, count]) => `${name} (${formatCount(count)})`);
  const rest = all.length > MOST_SHOWN ? `, and ${all.length - MOST_SHOWN} more: --json has them all` : '';
  return [`  unused fields: ${shown.join(', ')}${rest}`];
}

function listed(lines: readonly string[]): string[] {
  const rest = lines.length - MOST_SHOWN;
  return rest <= 0 ? [...lines] : [...lines.slice(0, MOST_SHOWN), `and ${rest} more: --json has them`];
}
