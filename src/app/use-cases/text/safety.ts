import { formatPercent, formatPercentRange, formatSignedPercent } from '../../../base/format.ts';
import type { SafetyFigures, SafetyMeasure, SafetyResults, SafetyValue } from '../../../store/safety.ts';
import { formatTable, type Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** A row for every measure, and under it the categories that surely became worse. */
export function describeSafety(results: SafetyResults, { colours }: Terminal): string {
  const { after, before, measures, notes } = results;
  const columns: Column[] = [
    { title: '' },
    { title: 'rows', isNumeric: true },
    ...(before === undefined ? [] : [{ title: 'before', isNumeric: true }]),
    { title: before === undefined ? 'share' : 'after', isNumeric: true },
    { title: before === undefined ? '95 %' : 'change, 95 %', isNumeric: true },
  ];
  const rows = measures.flatMap((measure) => [
    cells(`${measure.title} · ${measure.condition}`, measure),
    ...surelyWorse(measure).map((part) => cells(`  ${part.category}`, part)),
  ]);
  const heading = before === undefined ? after : `${before}, then ${after}`;
  return [colours.dim(heading), formatTable(columns, rows, colours), ...notes.map((note) => colours.dim(note))].join(
    '\n',
  );
}

function surelyWorse({ categories }: SafetyMeasure): SafetyMeasure['categories'] {
  return categories.filter(({ difference }) => (difference?.low ?? 0) > 0);
}

function cells(name: string, { rows, before, after, difference }: SafetyFigures): string[] {
  if (before === undefined || difference === undefined) {
    return [name, String(rows), formatPercent(after.value), endsOf(after)];
  }
  const change = `${formatSignedPercent(difference.value)} (${endsOf(difference)})`;
  return [name, String(rows), formatPercent(before.value), formatPercent(after.value), change];
}

function endsOf({ low, high }: SafetyValue): string {
  if (low === undefined || high === undefined) return 'too few rows';
  return formatPercentRange(low, high);
}
