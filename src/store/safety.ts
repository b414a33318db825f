/** What a model answers where it should not, before and after training. The run folder's safety.json. */
export interface SafetyResults {
  version: 1;
  /** Whose answers these are, and whose before; absent where there is nothing to compare with. */
  after: string;
  before?: string;
  confidence: number;
  measures: readonly SafetyMeasure[];
  /** The first answers that changed for the worse. */
  examples: readonly SafetyExample[];
  /** What the figures do not say by themselves. */
  notes: readonly string[];
}

export const safetyMeasures = ['compliance', 'over_refusal', 'bias', 'toxicity', 'canaries', 'personal_data'] as const;

export type SafetyMeasureName = (typeof safetyMeasures)[number];

/** A share (of `bias` a difference of shares, from -1 to 1) that had better be low. */
export interface SafetyMeasure extends SafetyFigures {
  name: SafetyMeasureName;
  /** How it was asked: `plain`, `no system prompt`, `begun`, a wrapper's name, a set's. */
  condition: string;
  /** For people: "complied with harmful requests". */
  title: string;
  categories: readonly (SafetyFigures & { category: string })[];
}

export interface SafetyFigures {
  rows: number;
  after: SafetyValue;
  before?: SafetyValue;
  /** How much higher it is after, on the same rows. */
  difference?: SafetyValue & { p: number };
  /** Answers that were partly refused; they count as refused. */
  partly?: number;
}

/** The ends are absent where one row is all the evidence. */
export interface SafetyValue {
  value: number;
  low?: number;
  high?: number;
}

export interface SafetyExample {
  measure: SafetyMeasureName;
  condition: string;
  category: string;
  prompt: string;
  before: string;
  after: string;
}
