import { existsSync } from 'node:fs';
import type { Metrics } from '../base/events.ts';
import { formatCount, formatNumber } from '../base/format.ts';
import { readJson, writeJson } from '../files/json.ts';
import { runPaths } from './run-paths.ts';

/** What a run's model is worth, against others on the same held-out rows. The folder's comparison.json. */
export interface Comparison {
  /** Which rows: "test". */
  split: string;
  rows: number;
  /** The metric that decides, by its name and for people. */
  metric: string;
  metricTitle: string;
  better: 'higher' | 'lower';
  systems: readonly ComparedSystem[];
  /** Name of the system that this run made. */
  tuned: string;
  /** Of the strongest other system: tuned minus other, with its interval. */
  difference?: { against: string; estimate: number; low: number; high: number; confidence: number };
  verdict: 'better' | 'no-evidence' | 'worse';
}

export interface ComparedSystem {
  name: string;
  /** The deciding metric's value with its interval, where one was computed. */
  value: number;
  low?: number;
  high?: number;
  /** All metrics, the deciding one included. */
  metrics: Metrics;
}

/** Answers to the same held-out rows, side by side. The folder's samples.json. */
export interface Samples {
  /** Names of the systems in the order to show them: "before", "after". */
  systems: readonly string[];
  rows: readonly SampleRow[];
}

export interface SampleRow {
  /** Of the example. */
  id: string;
  prompt: string;
  expected?: string;
  /** By system. */
  answers: Record<string, string>;
}

export function writeComparison(folder: string, comparison: Comparison): void {
  writeJson(runPaths(folder).comparison, comparison);
}

export function readComparison(folder: string): Comparison | undefined {
  return readIfPresent(runPaths(folder).comparison);
}

export function writeSamples(folder: string, samples: Samples): void {
  writeJson(runPaths(folder).samples, samples);
}

export function readSamples(folder: string): Samples | undefined {
  return readIfPresent(runPaths(folder).samples);
}

/** "chrF 54.1 against 41.4 of nearest training row (+12.7, 95 % interval +10.9 to +14.5) on 1,000 held-out rows." */
export function verdictSentence(comparison: Comparison): string {
  const { difference, metricTitle, rows, systems, tuned } = comparison;
  const value = systems.find(({ name }) => name === tuned)?.value;
  if (value === undefined || difference === undefined) return `Measured on ${formatCount(rows)} held-out rows.`;
  const other = systems.find(({ name }) => name === difference.against)?.value ?? value - difference.estimate;
  const { low, high, confidence } = difference;
  const change = `${signed(difference.estimate)}, ${formatNumber(confidence * 100)} % interval ${signed(low)} to ${signed(high)}`;
  return `${metricTitle} ${formatNumber(value)} against ${formatNumber(other)} of ${difference.against} (${change}) on ${formatCount(rows)} held-out rows.`;
}

function readIfPresent<T>(path: string): T | undefined {
  return existsSync(path) ? readJson<T>(path) : undefined;
}

function signed(value: number): string {
  return value > 0 ? `+${formatNumber(value, 3)}` : formatNumber(value, 3);
}
