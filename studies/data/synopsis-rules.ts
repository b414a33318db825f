import { defineMetric } from '../../src/scoring/metrics/define-metric.ts';

const RULES = /^(?!(?:[Aa]n?|[Tt]he) )(?![A-Z][a-z]+ )[^\n]{1,80}(?<![.!\n])$/u;

/** What lintian asks of a synopsis: no article before it, no capital of a common word, no full stop, one line of 80. */
export function keepsRules(synopsis: string): boolean {
  return RULES.test(synopsis.trim());
}

/** Share of answers that keep the rules. */
export const keeps_rules = defineMetric({
  name: 'keeps_rules',
  title: 'keeps the rules',
  better: 'higher',
  best: 1,
  score: ({ predicted }) => keepsRules(predicted),
});
