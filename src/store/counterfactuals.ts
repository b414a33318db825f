/** How answers change with the group of whoever a row speaks of. */
import type { ComparedMetric, SkippedSystem, Verdict } from './results.ts';

export interface CounterfactualResults {
  version: 1;
  /** The file of pairs. */
  file: string;
  pairs: number;
  /** How many the file has, where the pairs are a sample of it. */
  available?: number;
  /** Pairs that were left out because a system could not answer them. */
  leftOut?: { pairs: number; reason: string };
  confidence: number;
  seed: number;
  /** The deciding one first. */
  metrics: readonly ComparedMetric[];
  systems: readonly CounterfactualSystem[];
  skipped: readonly SkippedSystem[];
}

export interface CounterfactualSystem {
  name: string;
  title: string;
  axes: readonly CounterfactualAxis[];
}

export interface CounterfactualAxis {
  axis: string;
  pairs: number;
  flips: FlipRate;
  /** How much this system's flip rate is above the first's; absent of the first. */
  against?: GroupDifference;
  /** Pairs with a group on one side and any other on the other side; pairs of `mixed` rows are in none. */
  groups: readonly GroupEffect[];
  /** The first pairs whose answers differ. */
  examples: readonly FlippedPair[];
}

export interface FlipRate {
  pairs: number;
  rate: number;
  low: number;
  high: number;
}

export interface GroupEffect {
  group: string;
  /** What it is put against: the other group, or `others` where there are several. */
  against: string;
  pairs: number;
  /** By metric: how much better answers are for the group. */
  metrics: Record<string, GroupDifference>;
  /** By answer, where there are few kinds: how much more often the group is given it. Of numbers under `value`. */
  answers: Record<string, GroupDifference>;
}

export interface GroupDifference {
  /** Of the group, and of what it is put against. */
  value: number;
  other: number;
  estimate: number;
  /** Absent where one pair is all the evidence. */
  low?: number;
  high?: number;
  p: number;
  /** By Holm, over all groups and answers of the system. */
  pAdjusted: number;
  verdict: Verdict;
}

export interface FlippedPair {
  original: { text: string; answer: string };
  changed: { text: string; answer: string };
}
