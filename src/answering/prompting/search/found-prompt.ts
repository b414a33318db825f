import type { Prompting } from '../prompting.ts';

/** The result of a search for the best prompt. */
export interface FoundPrompt {
  prompting: Prompting;
  /** Answers spent. */
  answers: number;
  /** Promptings tried, in order, with their mean score on the rows that they answered. */
  tried: {
    instruction?: string;
    examples: 'none' | 'fixed' | 'retrieved';
    score: number;
    rows: number;
    parent?: number;
  }[];
}
