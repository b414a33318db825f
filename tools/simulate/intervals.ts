/** `npm run simulate -- intervals`: how often intervals hold the truth, and what the tests find, on known populations. */
import { correlationOf, pairedAnswers, populations, sampledTwice, type Population } from './populations.ts';
import { coverage, familyError, findings } from './studies.ts';

const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(7);

console.log('95 % intervals that hold the true difference');
for (const rows of [50, 200, 1000]) {
  for (const [name, population] of Object.entries(populations)) {
    const held = coverage(population, { trials: 1000, rows, resamples: 1000 });
    console.log(`  ${name.padEnd(10)} ${`${rows}`.padStart(5)} rows ${percent(held)}`);
  }
}

const study = { trials: 2000, rows: 1000, resamples: 500 };
const rate = 0.6;

/** Over all draws, and over the first hundred, which is what a hundred seeds show. */
function tell(title: string, population: Population, wanted: boolean): void {
  const hits = findings(population, study).map((isFound) => isFound === wanted);
  const count = (trials: readonly boolean[]) => trials.filter(Boolean).length;
  console.log(
    `  ${title.padEnd(64)} ${percent(count(hits) / hits.length)}, ${count(hits.slice(0, 100))} of seeds 0 to 99`,
  );
}

console.log(`two equal models on the same 1,000 rows: "no evidence" (${study.trials} draws)`);
tell('one model, greedy: the same answers', pairedAnswers({ rate, gain: 0, lost: 0 }), false);
tell('one model that draws its answers, asked twice', sampledTwice, false);
for (const lost of [0.05, 0.1, 0.24]) {
  const answers = { rate, gain: 0, lost };
  tell(
    `two models, ${lost * 100} % of the rows won and lost, correlation ${correlationOf(answers).toFixed(2)}`,
    pairedAnswers(answers),
    false,
  );
}

console.log(`a model that is right 5 points more often on the same 1,000 rows: found (${study.trials} draws)`);
for (const lost of [0, 0.04, 0.065, 0.1, 0.15, 0.21]) {
  const answers = { rate, gain: 0.05, lost };
  const won = ((lost + answers.gain) * 100).toFixed(1);
  tell(
    `${won} % of the rows won, ${(lost * 100).toFixed(1)} % lost, correlation ${correlationOf(answers).toFixed(2)}`,
    pairedAnswers(answers),
    true,
  );
}

const errors = familyError(6, { trials: 500, rows: 300, resamples: 1000 });
console.log(`any of six equal models found to differ: ${percent(errors.plain)} plain, ${percent(errors.holm)} by Holm`);
