import { formatNumber, formatPercent, plural } from '../../../base/format.ts';
import type { GoldAccuracy } from '../../../evaluation/review/gold.ts';
import type { ReviewerAgreement } from '../../../evaluation/review/review-outcome.ts';
import { shareText, standingLines } from './judgement.ts';
import { shortPath } from '../../terminal/short-path.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { ReviewOutcome } from '../review-results.ts';

export function describeReview(outcome: ReviewOutcome, { colours }: Terminal): string {
  const { pairs, reviewed, outdated, reviewers, winRate, bradleyTerry, leftPreferred, agreement, ratings } = outcome;
  const { exported, flags, isWeighted } = outcome;
  return [
    `${reviewed} of ${plural(pairs, 'pairs')} reviewed`,
    ...reviewers.map(({ name, choices, medianSeconds, gold }) => {
      const pace = medianSeconds === undefined ? '' : `, median ${formatNumber(medianSeconds, 3)} s`;
      const line = `  ${name === '' ? '(no name)' : name}: ${choices}${pace}${goldText(gold)}`;
      return gold?.isDoubtful === true ? colours.yellow(line) : colours.dim(line);
    }),
    ...(outdated > 0 ? [colours.yellow(`${outdated} choices left out: they are for other texts`)] : []),
    ...Object.entries(flags ?? {}).map(([flag, count]) =>
      colours.yellow(`flagged as ${flag}: ${plural(count, 'pairs')}`),
    ),
    ...(winRate === undefined ? [] : standingLines({ winRate, bradleyTerry })),
    ...(isWeighted === true ? [colours.dim('  weighted by how the pairs were chosen')] : []),
    ...(leftPreferred === undefined ? [] : [`the answer shown first won: ${shareText(leftPreferred)}`]),
    ...(agreement === undefined ? [] : agreementLines(agreement)),
    ...Object.entries(ratings ?? {}).map(
      ([name, { a, b, choices }]) =>
        `${name}: ${formatNumber(a, 3)} against ${formatNumber(b, 3)} (${choices} ratings)`,
    ),
    ...(exported === undefined
      ? []
      : [`${plural(exported.rows, 'rows')} for ${exported.kind} in ${shortPath(exported.to)}`]),
    ...(exported?.settings === undefined ? [] : [`set up the project with ${shortPath(exported.settings)}`]),
  ].join('\n');
}

function goldText(gold: GoldAccuracy | undefined): string {
  if (gold === undefined) return '';
  const { right, rows, isDoubtful } = gold;
  return `, ${right} of ${rows} gold pairs right${isDoubtful ? ': hardly better than chance' : ''}`;
}

function agreementLines({ pairs, percent, cohenKappa, fleissKappa, krippendorffAlpha, gwetAC1 }: ReviewerAgreement) {
  const figure = (name: string, value: number | undefined) =>
    value === undefined ? [] : [`${name} ${Number.isNaN(value) ? 'undefined' : formatNumber(value, 3)}`];
  const { estimate, low, high } = krippendorffAlpha;
  const ends = Number.isFinite(low) ? ` (95 % ${formatNumber(low, 3)} to ${formatNumber(high, 3)})` : '';
  const figures = [
    ...figure("Cohen's kappa", cohenKappa),
    ...figure("Fleiss' kappa", fleissKappa),
    ...figure("Krippendorff's alpha", estimate).map((text) => text + ends),
    ...figure("Gwet's AC1", gwetAC1),
  ];
  return [`reviewers agreed on ${formatPercent(percent)} of ${plural(pairs, 'pairs')}`, `  ${figures.join(', ')}`];
}
