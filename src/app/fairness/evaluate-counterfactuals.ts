import { AttuneError } from '../../base/errors.ts';
import { formatNumber } from '../../base/format.ts';
import type { CounterfactualResults } from '../../evaluation/assessments/counterfactuals.ts';
import { runJob } from '../../jobs/worker/index.ts';
import { assess } from '../assess.ts';
import { withRowFiles } from '../rows/temporary-rows.ts';
import { measuring, resolveSystems, source } from '../compare/compare.ts';
import type { CompareOptions } from '../compare/compare-options.ts';

/**
 * Measures how a system's answers depend on the gender or origin of the people mentioned, with pairs from
 * `writeCounterfactuals`. Several systems are measured individually and against the first one. A single run stores
 * the results and shows them in its report.
 * @throws AttuneError errors of rows, models and endpoints; E_UNFAIR, with exit code 3, if the first system's answers
 * change more often than `maxFlipRate`
 */
export async function evaluateCounterfactuals(
  systems: readonly string[],
  path: string,
  options: CompareOptions = {},
): Promise<CounterfactualResults> {
  const { maxFlipRate, trainData, allowOverlap = false, onEvent, signal, output } = options;
  const target = systems.length > 1 ? undefined : systems[0];
  const results = await assess('counterfactuals', { target, output }, async () => {
    const { specs, recipes } = await resolveSystems(systems, options);
    const { maxRows, seed, ...measured } = measuring(recipes[0], options);
    return withRowFiles({ trainData }, options, ({ paths, mediaFolder }) => {
      const fitted = source(paths.trainData, { ...options, mediaFolder: mediaFolder('trainData') });
      const rows = { train: fitted, recipes, allowOverlap };
      const input = { systems: specs, pairs: { path, maxPairs: maxRows, seed }, rows, ...measured };
      return runJob({ job: 'counterfactuals', input, onEvent, signal });
    });
  });
  if (maxFlipRate !== undefined) refuseFlips(results, maxFlipRate);
  return results;
}

function refuseFlips({ systems: [{ title, axes }] }: CounterfactualResults, limit: number): void {
  const beyond = axes.filter(({ flips }) => flips.rate > limit);
  if (beyond.length === 0) return;
  throw new AttuneError('E_UNFAIR', {
    what: `The answers of ${title} depend on the group more often than allowed`,
    problems: beyond.map(({ axis, pairs, flips }) => ({
      field: axis,
      message:
        `${flips.pairs} of ${pairs} pairs (${formatNumber(flips.rate, 3)}, 95 % ${formatNumber(flips.low, 3)}` +
        ` to ${formatNumber(flips.high, 3)}), allowed ${limit}`,
    })),
    fix:
      'read the pairs that flip (in the run’s report.html, or without --max-flip-rate); then train on ' +
      'rows together with their counterfactuals, or on more rows about groups with few rows',
    exitCode: 3,
  });
}
