import { formatNumber, formatPercent, formatSigned } from '../../../base/format.ts';
import { describeCost } from '../../search/search-budget.ts';
import type { RungReached } from '../../search/journal.ts';
import type { Values } from '../../search/space.ts';
import { formatTable, type Column } from '../../terminal/format-table.ts';
import { shortPath } from '../../terminal/short-path.ts';
import type { Colours, Terminal } from '../../terminal/terminal.ts';
import type { Searched, SearchedTrial } from '../search.ts';

/** "trial 3 at 1/4: loss 0.4213  learning_rate 0.0009". */
export function rungLine({ trial, until, loss, values, failure }: RungReached, colours: Colours): string {
  const found = loss === null ? colours.red(failure ?? 'failed') : `loss ${formatNumber(loss)}`;
  return `${colours.dim(`trial ${trial}, ${shareOf(until)}:`)} ${found}  ${colours.dim(settingsText(values))}`;
}

/** The share of a run that was trained: whole, 1/4, 1/16. */
function shareOf(until: number): string {
  return until === 1 ? 'whole' : `1/${Math.round(1 / until)}`;
}

/** Settings by their last names. */
export function settingsText(values: Values): string {
  const entries = Object.entries(values);
  if (entries.length === 0) return "the recipe's own settings";
  return entries.map(([path, value]) => `${path.slice(path.lastIndexOf('.') + 1)} ${String(value)}`).join(', ');
}

export function describeSearch(found: Searched, { colours, columns: width }: Terminal): string {
  const { trials, winner, mattered, comparison, run, report } = found;
  const columns: Column[] = [
    { title: 'trial', isNumeric: true },
    { title: 'trained' },
    { title: 'validation loss', isNumeric: true },
    { title: 'settings' },
  ];
  const rows = ranked(trials).map((trial) => [
    `${trial.trial === winner ? '✓ ' : ''}${trial.trial}`,
    shareOf(trial.until),
    trial.loss === undefined ? 'failed' : formatNumber(trial.loss),
    settingsText(trial.settings),
  ]);
  const parts = [
    formatTable(columns, rows, colours, width),
    `${colours.bold(leadText(found))} ${costText(found)}`,
    ...(mattered === undefined ? [] : [`mattered: ${matteredText(mattered)}`]),
    ...(comparison === undefined ? [] : [comparison.sentence]),
    `result  ${shortPath(run)}\nreport  ${shortPath(report)}`,
  ];
  return parts.join('\n\n');
}

/** Those that got further first, then those with the lower loss. */
export function ranked(trials: readonly SearchedTrial[]): SearchedTrial[] {
  const lossOf = ({ loss }: SearchedTrial) => loss ?? Infinity;
  const reachedBy = (trial: SearchedTrial) => (trial.loss === undefined ? 0 : trial.until);
  return trials.toSorted((a, b) => reachedBy(b) - reachedBy(a) || lossOf(a) - lossOf(b) || a.trial - b.trial);
}

/** The result in a sentence. */
export function leadText({ winner, settings, lead, trials }: Searched): string {
  if (winner === 0) return `No settings were better than the recipe's own, in ${trials.length} trials.`;
  if (lead === undefined) return `Best: ${settingsText(settings)}.`;
  const { corrected, low, high, seen, confidence } = lead;
  const range = `${formatPercent(confidence, 0)} interval ${formatSigned(low)} to ${formatSigned(high)}`;
  const word = low > 0 ? 'better' : 'not shown to be better';
  return (
    `Best: ${settingsText(settings)}; ${word} than the recipe's own settings by a validation loss of ` +
    `${formatSigned(corrected)} (${range}), corrected for ${trials.length} trials (uncorrected ${formatSigned(seen)}).`
  );
}

export function costText({ budget, reason }: Searched): string {
  return `${describeCost(budget.spent, budget)} of ${describeCost(budget.amount, budget)} spent: ${reason}.`;
}

export function matteredText(mattered: Record<string, number>): string {
  const entries = Object.entries(mattered).toSorted(([, a], [, b]) => b - a);
  return entries
    .map(([path, share]) => `${path.slice(path.lastIndexOf('.') + 1)} ${formatPercent(share, 0)}`)
    .join(', ');
}
