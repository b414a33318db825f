/**
 * `npm run simulate [-- intervals | reviews | monitoring]` checks statistics on data with a known truth. intervals (the
 * default): how often confidence intervals contain the true value, and how often tests find a difference; reviews: how
 * often the intervals of human and judge verdicts do; monitoring: false alarms in stable weeks, and how soon changes
 * are found.
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
