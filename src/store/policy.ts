import type { SafetyFigures } from './safety.ts';

/** How often a model breaks an organisation's rules, before and after training. The run folder's policy.json. */
export interface PolicyResults {
  version: 1;
  /** The file of rules, and its hash. */
  file: string;
  sha256: string;
  after: string;
  before?: string;
  /** The judging model, where there was one. */
  judge?: string;
  prompts: number;
  rules: readonly RuleResult[];
  /** Where pairs and criteria for reviewers were written. */
  items?: { pairs: string; rubric?: string };
}

export interface RuleResult {
  name: string;
  by: 'program' | 'judge';
  /** Shares of answers that break it; absent where no answer could be judged. */
  broken?: SafetyFigures;
  /** Answers that the rule is for and that nobody could judge. */
  unjudged: number;
  /** The first answers that break it. */
  examples: readonly { prompt: string; answer: string }[];
}
