import { wrap, type Terminal } from '../../terminal/terminal.ts';
import type { InitResult } from '../init.ts';

export function describeInit(result: InitResult, { colours, columns: width }: Terminal): string {
  const { recipe, format, columns, reason, reasons, model, because, objective, isClear, remark, unread, warnings } =
    result;
  const { green, yellow, bold, cyan, dim } = colours;
  const others =
    'other interpretations are possible; choose columns with --text-column and --label-column or --answer-column';
  return [
    `${green('✓')} ${format} rows${columns === undefined ? `, ${reason}` : ''}`,
    ...reasons.map((one) => `  ${one}`),
    ...(unread.length > 0 ? [dim(`  not read: ${unread.join(', ')}`)] : []),
    ...(isClear ? [] : [`${yellow('!')} ${others}`, ...otherReadings(result).map((one) => `    ${dim(one)}`)]),
    ...warnings.map((warning) => `${yellow('!')} ${warning}`),
    `${green('✓')} wrote ${bold(recipe)}: objective ${objective}, model ${model} ${dim(`(${because})`)}`,
    ...(remark === undefined ? [] : wrap(remark, Math.min(width, 80) - 2).map((line) => `  ${line}`)),
    '',
    ...result.next.map(({ command: line, why }) => `  ${cyan(line)}${why === undefined ? '' : `  ${dim(why)}`}`),
  ].join('\n');
}

const MOST_OTHERS = 2;

function otherReadings({ guesses }: InitResult): string[] {
  return guesses.slice(1, 1 + MOST_OTHERS).map(({ reasons }) => reasons.join(', '));
}
