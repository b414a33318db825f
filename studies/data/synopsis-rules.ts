import { defineMetric } from '../../src/scoring/metrics/define-metric.ts';

const RULES = /^(?!(?:[Aa]n?|[Tt]he) )(?![A-Z][a-z]+ )[^\n]{1,80}(?<![.!\n])$/u;

/**
 * Lintian's rules for a synopsis: no leading article, no capital for a common word, no full stop, one line of at most
 * 80 characters.
 */
export function keepsRules(synopsis: string): boolean {
  return RULES.test(synopsis.trim());
}

/** Share of answers that follow the rules. */
export const keeps_rules = defineMetric({
  name: 'keeps_rules',
  title: 'keeps the rules',
  better: 'higher',
  best: 1,
  score: ({ predicted }) => keepsRules(predicted),
});
