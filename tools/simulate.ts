/**
 * `npm run simulate [-- intervals | reviews | monitoring]`: what statistics say of data that is known. Without a name it is
 * intervals: how often they hold the truth, and what tests find; reviews: how often the intervals of people's and judges'
 * verdicts do; monitoring: false alarms of stable weeks, and how soon changes are found.
 */
const studies: Readonly<Record<string, () => Promise<unknown>>> = {
  intervals: () => import('./simulate/intervals.ts'),
  reviews: () => import('./simulate/reviews.ts'),
  monitoring: () => import('./simulate/monitoring.ts'),
};
const [name = 'intervals'] = process.argv.slice(2);
const study = Object.hasOwn(studies, name) ? studies[name] : undefined;
if (study === undefined) {
  console.error(`There is no simulation "${name}". Known: ${Object.keys(studies).join(', ')}`);
  process.exitCode = 1;
} else await study();
