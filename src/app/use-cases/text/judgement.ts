import { formatNumber, formatPercent, formatPercentRange, plural } from '../../../base/format.ts';
import type { Calibration } from '../../../scoring/judges/judge-calibration.ts';
import type { PairwiseJudgement } from '../../../scoring/judges/judge-pairs.ts';
import type { RubricJudgement } from '../../../scoring/judges/rubric.ts';
import type { Standing } from '../../../scoring/judges/win-rate.ts';
import { formatTable } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Judgement } from '../judge.ts';

export function describeJudgement(result: Judgement, terminal: Terminal): string {
  const { judge, systems, rows, pairwise, rubric, calibration, notes } = result;
  const { colours } = terminal;
  return [
    colours.dim(`${plural(rows, 'pairs')} of ${systems.join(' and ')}, judged by ${judge.model}`),
    ...(pairwise === undefined ? [] : pairwiseLines(pairwise, systems)),
    ...(rubric === undefined ? [] : [rubricTable(rubric, systems, terminal)]),
    ...(calibration === undefined ? [] : calibrationLines(calibration)),
    ...notes.map((note) => colours.dim(note)),
  ].join('\n');
}

interface Ends {
  estimate: number;
  low: number;
  high: number;
}

/** "62.5 %, 95 % interval 48.4 to 74.8 %". */
export function shareText({ estimate, low, high }: Ends): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return `${formatPercent(estimate)}, too few for an interval`;
  return `${formatPercent(estimate)}, 95 % interval ${formatPercentRange(low, high)}`;
}

/** The winner, with its uncertainty. */
export function standingLines({ winRate, bradleyTerry }: Standing): string[] {
  const { system, wins, ties, losses, p } = winRate;
  return [
    `win rate of ${system}: ${shareText(winRate)}`,
    `  ${wins} won, ${ties} tied, ${losses} lost; sign test p = ${formatNumber(p, 2)}`,
    ...(bradleyTerry ?? []).map((one) => {
      const { estimate, low, high } = one;
      const ends = `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
      return `  strength of ${one.system}: ${formatNumber(estimate, 3)}${one.error === 0 ? '' : `, ${ends}`}`;
    }),
  ];
}

function pairwiseLines(judged: PairwiseJudgement, systems: readonly [string, string]): string[] {
  const { winRate, bradleyTerry, lengthControlled, positionConsistency, inconsistent, unreadable } = judged;
  const { pairs, first } = judged.firstPreferred;
  const equal = lengthControlled && { ...lengthControlled, estimate: lengthControlled.winRate };
  return [
    ...(winRate === undefined ? [] : standingLines({ winRate, bradleyTerry })),
    ...(equal === undefined ? [] : [`win rate of ${systems[0]} at equal lengths: ${shareText(equal)}`]),
    `same verdict in both orders: ${shareText(positionConsistency)}`,
    ...(inconsistent > 0
      ? [
          `  ${inconsistent} others, counted as ties${pairs > 0 ? `; the answer shown first won ${first} of ${pairs} times` : ''}`,
        ]
      : []),
    ...(unreadable > 0 ? [`${plural(unreadable, 'pairs')} left out: the judge gave no verdict`] : []),
  ];
}

function rubricTable({ criteria }: RubricJudgement, systems: readonly [string, string], terminal: Terminal): string {
  const numeric = (title: string) => ({ title, isNumeric: true });
  const columns = [{ title: 'criterion' }, ...systems.map(numeric), numeric('difference'), { title: '95 % interval' }];
  const rows = criteria.map(({ name, a, b, difference, unreadable }) => [
    unreadable > 0 ? `${name} (${unreadable} unreadable)` : name,
    formatNumber(a.estimate, 3),
    formatNumber(b.estimate, 3),
    formatNumber(difference.estimate, 3),
    `${formatNumber(difference.low, 3)} to ${formatNumber(difference.high, 3)}`,
  ]);
  return formatTable(columns, rows, terminal.colours);
}

function calibrationLines({ labels, agreement, kappa, leaning, combined }: Calibration): string[] {
  const ends = Number.isFinite(kappa.low)
    ? `, 95 % interval ${formatNumber(kappa.low, 3)} to ${formatNumber(kappa.high, 3)}`
    : '';
  return [
    `against people, ${plural(labels, 'labels')}: the same choice ${shareText(agreement)}`,
    `  kappa ${Number.isNaN(kappa.estimate) ? 'undefined' : formatNumber(kappa.estimate, 3)}${ends}`,
    `  scores ${leaning.system} higher than people do by ${shareText(leaning)}`,
    `  win rate from people and judge together: ${shareText(combined)}`,
    `  from people alone: ${shareText(combined.labelsAlone)}`,
  ];
}
