import type { ReviewOutcome } from '../app/review/review.ts';
import { formatNumber, formatPercent, plural } from '../base/format.ts';
import type { ReviewerAgreement } from '../review/results.ts';
import { shareText, standingLines } from './judgement-text.ts';
import { shortPath } from './short-path.ts';
import type { Terminal } from './terminal.ts';

export function describeReview(outcome: ReviewOutcome, { colours }: Terminal): string {
  const { pairs, reviewed, outdated, reviewers, winRate, bradleyTerry, leftPreferred, agreement, ratings } = outcome;
  const { exported } = outcome;
  return [
    `${reviewed} of ${plural(pairs, 'pairs')} reviewed`,
    ...reviewers.map(({ name, choices, medianSeconds }) => {
      const pace = medianSeconds === undefined ? '' : `, ${formatNumber(medianSeconds, 3)} s each in the middle`;
      return colours.dim(`  ${name === '' ? '(no name)' : name}: ${choices}${pace}`);
    }),
    ...(outdated > 0 ? [colours.yellow(`${outdated} choices left out: for texts that are not these`)] : []),
    ...(winRate === undefined ? [] : standingLines({ winRate, bradleyTerry })),
    ...(leftPreferred === undefined ? [] : [`what stood first won: ${shareText(leftPreferred)}`]),
    ...(agreement === undefined ? [] : agreementLines(agreement)),
    ...Object.entries(ratings ?? {}).map(
      ([name, { a, b, choices }]) =>
        `${name}: ${formatNumber(a, 3)} against ${formatNumber(b, 3)} (${choices} ratings)`,
    ),
    ...(exported === undefined
      ? []
      : [`${plural(exported.rows, 'rows')} for ${exported.kind} in ${shortPath(exported.to)}`]),
  ].join('\n');
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
  return [
    `reviewers chose the same: ${formatPercent(percent)} of ${plural(pairs, 'pairs')}`,
    `  ${figures.join(', ')}`,
  ];
}
