import { describeProblem, shortList } from '../../../base/errors.ts';
import { formatCount, plural } from '../../../base/format.ts';
import { formatsOfFiles } from '../../../base/formats-of-files.ts';
import { describeGroupReport } from './groups.ts';
import { histogram } from '../../terminal/text-histogram.ts';
import { describeLabels } from './label.ts';
import { paintParts } from './row.ts';
import { formatFacts } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { DataInspectionResult, InspectedRow } from '../data-inspect.ts';

const MAX_LISTED = 10;

export function describeInspection(result: DataInspectionResult, terminal: Terminal): string {
  const parts = [
    describeFiles(result, terminal),
    describeSplits(result, terminal),
    ...(result.labels === undefined ? [] : [describeLabels(result.labels, terminal)]),
    describeLengths(result, terminal),
    ...(result.groups === undefined ? [] : [describeGroupReport(result.groups, terminal)]),
  ];
  const rows = result.rows.map((row) => describeRow(row, terminal));
  const remarks = result.remarks.map((remark) => terminal.colours.yellow(`! ${remark}`));
  return [...parts, ...rows, ...remarks, describeProblems(result, terminal)].filter((part) => part !== '').join('\n\n');
}

function describeFiles({ report }: DataInspectionResult, { colours }: Terminal): string {
  return report.files
    .map(({ file, format, reason, rows, ignored, split, leftOut, encoding, decimalCommas }) => {
      const kept = split === 'train' ? '' : `, for ${split}`;
      const unread = ignored.length === 0 ? '' : `\n  ${colours.yellow(`not read: ${ignored.join(', ')}`)}`;
      const left = describeLeftOut(leftOut);
      const without = left === '' ? '' : `\n  ${colours.yellow(left)}`;
      const decoded = encoding === undefined ? '' : `\n  ${colours.yellow(`not UTF-8: read as ${encoding}`)}`;
      const commas =
        decimalCommas === undefined ? '' : `\n  ${colours.dim(`decimal commas: ${decimalCommas.join(', ')}`)}`;
      const read = `${plural(rows, 'rows')}${kept}: ${colours.cyan(format)}, ${reason}`;
      return `${colours.bold(file)}  ${read}${decoded}${commas}${unread}${without}`;
    })
    .join('\n');
}

const MAX_REASONS = 3;

function describeLeftOut(leftOut: DataInspectionResult['report']['files'][number]['leftOut']): string {
  if (leftOut === undefined || leftOut.rows === 0) return '';
  const first = leftOut.first.slice(0, MAX_REASONS).map(({ line, reason }) => `line ${line}: ${reason}`);
  const more = leftOut.rows > first.length ? ', …' : '';
  return `left out: ${formatCount(leftOut.rows)} (${first.join('; ')}${more})`;
}

function describeSplits({ report, objective }: DataInspectionResult, { colours }: Terminal): string {
  const { rows, duplicates, overlap, byTime } = report;
  const counts = `${formatCount(rows.train)} train, ${formatCount(rows.validation)} validation, ${formatCount(rows.test)} test`;
  const near = duplicates.clusters === undefined ? '' : `, ${plural(duplicates.clusters, 'groups')} of near-duplicates`;
  return formatFacts(
    [
      ['objective', objective],
      ['splits', byTime === undefined ? counts : `${counts}, by ${byTime.column}${leftOutBy(byTime)}`],
      ['duplicates', `${formatCount(duplicates.exact)} exact${near}; none straddles splits`],
      ['overlap', overlap.rows === 0 ? undefined : colours.red(`${overlap.rows} held-out rows repeat training rows`)],
    ],
    colours,
  );
}

function leftOutBy({ leftOut }: NonNullable<DataInspectionResult['report']['byTime']>): string {
  if (leftOut === 0) return '';
  return `; ${plural(leftOut, 'rows')} left out, like rows on the other side of a border`;
}

function describeLengths(
  { lengths, trainedTokens = 0, longRows, tooLong, tokenizer, report }: DataInspectionResult,
  { colours }: Terminal,
): string {
  if (lengths === undefined) {
    const isOfFiles = report.files.every(({ format }) => formatsOfFiles.has(format));
    return tokenizer !== undefined || isOfFiles
      ? ''
      : `  ${colours.dim('lengths in tokens need a model: --model FOLDER')}`;
  }
  const { min, median, p95, max, tokens, maxLength } = lengths;
  const share = tokens === 0 ? 0 : Math.round((100 * trainedTokens) / tokens);
  // Labels of whole rows are not tokens.
  const trained = trainedTokens === 0 ? '' : `, ${formatCount(trainedTokens)} trained (${share} %)`;
  const facts = formatFacts(
    [
      ['tokens', `${formatCount(tokens)} in the training rows${trained}, by the tokenizer of ${tokenizer}`],
      ['lengths', `${min} shortest, ${median} median, ${p95} at 95 %, ${max} longest; max_length ${maxLength}`],
    ],
    colours,
  );
  if (tooLong.length === 0) return `${facts}\n${histogram(lengths.histogram, colours)}`;
  const consequence = {
    fail: 'the run refuses them',
    drop: 'they are left out',
    truncate: 'they are cut',
    split: 'they are split',
  };
  const { shown, more } = shortList(tooLong, MAX_LISTED);
  const listed = shown.map(({ file, line, tokens: length }) => `    ${file}:${line}  ${plural(length, 'tokens')}`);
  const headline = colours.yellow(
    `  ${plural(tooLong.length, 'rows')} longer than max_length (long_rows: ${longRows}, ${consequence[longRows]})`,
  );
  return [
    facts,
    histogram(lengths.histogram, colours),
    headline,
    ...listed,
    ...(more === undefined ? [] : [`    ${more}`]),
  ].join('\n');
}

/** Without colours, trained spans are enclosed in marks. */
function describeRow(
  { file, line, tokens, trainedTokens, pieces, shown, label }: InspectedRow,
  { colours }: Terminal,
): string {
  const trained = label === undefined ? `, ${trainedTokens} trained` : '';
  const counts = tokens === undefined || tokens === 0 ? '' : `  ${plural(tokens, 'tokens')}${trained}`;
  const head = `${colours.bold(`${file}:${line}`)}${colours.dim(counts)}`;
  if (!colours.isColorSupported)
    return `${head}\n${pieces.map((one) => (one.trained ? `⟦${one.text}⟧` : one.text)).join('')}`;
  if (shown === undefined) return `${head}\n${paintParts(pieces, colours)}`;
  const answer = label === undefined ? '' : `  → ${paintParts([{ text: label, trained: true }], colours)}`;
  return `${head}\n${paintParts(shown, colours)}${answer}`;
}

function describeProblems({ problems }: DataInspectionResult, { colours }: Terminal): string {
  if (problems.length === 0) return '';
  const { shown, more = '' } = shortList(problems, MAX_LISTED);
  const headline = colours.red(`✗ ${plural(problems.length, 'rows')} cannot be used for training`);
  const lines = [...shown.map(describeProblem), more].filter((line) => line !== '').map((line) => `  ${line}`);
  return [headline, ...lines].join('\n');
}
