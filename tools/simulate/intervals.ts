/**
 * `npm run simulate -- intervals`: the coverage of intervals and the power of tests on known populations. Exits with
 * code 1 if a share is outside the promised bounds.
 */
import { correlationOf, pairedAnswers, populations, sampledTwice, type Population } from './populations.ts';
import { coverage, familyError, findings } from './studies.ts';

const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(7);

/** The share as text, marked if it is outside its bounds. */
function checked(share: number, least: number, most: number): string {
  if (share >= least && share <= most) return percent(share);
  process.exitCode = 1;
  return `${percent(share)} (FAILED: promised ${percent(least).trim()} to ${percent(most).trim()})`;
}

console.log('95 % intervals that hold the true difference');
for (const rows of [50, 200, 1000]) {
  for (const [name, population] of Object.entries(populations)) {
    const held = coverage(population, { trials: 1000, rows, resamples: 1000 });
    console.log(`  ${name.padEnd(10)} ${`${rows}`.padStart(5)} rows ${checked(held, 0.93, 0.97)}`);
  }
}

const study = { trials: 2000, rows: 1000, resamples: 500 };
const rate = 0.6;

const shareOf = (trials: readonly boolean[]) => trials.filter(Boolean).length / trials.length;

/**
 * Counts errors over all draws, and over seeds 0 to 99 alone. These seeds were not selected; another hundred may well
 * have six errors.
 */
function tellEqual(title: string, population: Population): void {
  const hits = findings(population, study).map((isFound) => !isFound);
  const first = checked(shareOf(hits.slice(0, 100)), 0.95, 1);
  console.log(`  ${title.padEnd(64)} ${checked(shareOf(hits), 0.95, 1)}, of seeds 0 to 99 ${first}`);
}

console.log(`two equal models on the same 1,000 rows: "no evidence" (${study.trials} draws)`);
tellEqual('one model, greedy: the same answers', pairedAnswers({ rate, gain: 0, lost: 0 }));
tellEqual('one model that draws its answers, asked twice', sampledTwice);
for (const lost of [0.05, 0.1, 0.24]) {
  const answers = { rate, gain: 0, lost };
  const title = `two models, ${lost * 100} % of the rows won and lost, correlation ${correlationOf(answers).toFixed(2)}`;
  tellEqual(title, pairedAnswers(answers));
}

console.log(`a model that is right 5 points more often on the same 1,000 rows: found (${study.trials} draws)`);
for (const lost of [0, 0.04, 0.065, 0.1, 0.15, rate * (1 - rate - 0.05)]) {
  const answers = { rate, gain: 0.05, lost };
  const [won, correlation] = [((lost + answers.gain) * 100).toFixed(1), correlationOf(answers)];
  // On independent answers McNemar's asymptotic test finds 64 in 100 (Connor 1987): these rows contain no more
  // evidence.
  const [least, most] = correlation > 0.61 ? [0.9, 1] : correlation < 0.01 ? [0.5, 0.7] : [0, 1];
  const share = checked(shareOf(findings(pairedAnswers(answers), study)), least, most);
  const title = `${won} % of the rows won, ${(lost * 100).toFixed(1)} % lost, correlation ${correlation.toFixed(2)}`;
  console.log(`  ${title.padEnd(64)} ${share}`);
}

const errors = familyError(6, { trials: 500, rows: 300, resamples: 1000 });
const [plain, holm] = [checked(errors.plain, 0.1, 1), checked(errors.holm, 0, 0.05)];
console.log(`any of six equal models found to differ: ${plain} plain, ${holm} by Holm`);
