/** `npm run simulate`: how often intervals hold the truth, and what the tests find, on populations that are known. */
import { populations, rates } from './simulate/populations.ts';
import { coverage, familyError, found } from './simulate/studies.ts';

const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(7);

console.log('95 % intervals that hold the true difference');
for (const rows of [50, 200, 1000]) {
  for (const [name, population] of Object.entries(populations)) {
    const held = coverage(population, { trials: 1000, rows, resamples: 1000 });
    console.log(`  ${name.padEnd(10)} ${`${rows}`.padStart(5)} rows ${percent(held)}`);
  }
}

console.log('differences found on 1,000 rows');
const study = { trials: 1000, rows: 1000, resamples: 500 };
for (const shared of [0, 0.5, 0.6]) {
  for (const gain of [0, 0.05]) {
    const share = found(rates({ rate: 0.6, gain, shared }), study);
    console.log(`  gain ${gain * 100} points, ${shared * 100} % of the rows shared ${percent(share)}`);
  }
}

const errors = familyError(6, { trials: 500, rows: 300, resamples: 1000 });
console.log(`any of six equal models found to differ: ${percent(errors.plain)} plain, ${percent(errors.holm)} by Holm`);
