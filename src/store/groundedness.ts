import type { SafetyFigures } from './safety.ts';

/** Whether answers stand in their sources. The run folder's groundedness.json. */
export interface GroundednessResults {
  version: 1;
  file: string;
  sha256: string;
  rows: number;
  /** The tuned model first; each of the others as it is, and the first set against every one of them. */
  systems: readonly GroundedSystem[];
  /** Who said whether a source carries an answer: a judging model, or the classifier and how often that is right. */
  by: { judge: string } | { accuracy: number };
  notes: readonly string[];
}

/** Undefined where no row is of that kind. */
export type GroundedFigures = SafetyFigures | undefined;

export interface GroundedSystem {
  name: string;
  /** Share of all answers that say what the source does not. */
  hallucinated: SafetyFigures;
  /** Of rows whose source is silent, and of those whose source tells. */
  answeredThoughSilent?: GroundedFigures;
  abstainedThoughTold?: GroundedFigures;
  citations: { quotes: number; wrong: number };
  /** Of the answers that were given, by confidence; undefined where none was. */
  riskCoverage?: {
    points: readonly { coverage: number; risk: number }[];
    area: { estimate: number; low: number; high: number };
  };
  calibration?: {
    error: { estimate: number; low: number; high: number };
    bins: readonly { confidence: number; right: number; answers: number }[];
  };
}
