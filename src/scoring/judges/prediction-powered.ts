/**
 * Prediction-powered inference (Angelopoulos et al. 2023) with power tuning (PPI++, 2024): estimates a mean from a few
 * true values and many predictions.
 */
import { covariance, mean, variance } from '../statistics/moments.ts';
import { normalQuantile } from '../statistics/normal.ts';
import type { Interval } from '../statistics/index.ts';

export interface PredictionPowered extends Interval {
  /** Estimated from the true values alone. */
  labelsAlone: Interval;
  /** Weight of the guesses: 0 if uninformative, 1 if as good as true values. */
  weight: number;
  /** Whether the interval is shorter than that of the true values alone by at least 5 %. */
  helps: boolean;
}

export interface Guessed {
  /** Guesses without a true value. */
  judged: readonly number[];
  /** Guess and true value. */
  labelled: readonly (readonly [guess: number, truth: number])[];
}

const WORTH_IT = 0.95;

/**
 * Mean of values from 0 to 1. The interval is valid however wrong the predictions are, and shorter the better they are.
 */
export function predictionPowered({ judged, labelled }: Guessed, confidence = 0.95): PredictionPowered {
  const z = normalQuantile((1 + confidence) / 2);
  const [n, many] = [labelled.length, judged.length];
  const guesses = labelled.map(([guess]) => guess);
  const truths = labelled.map(([, truth]) => truth);
  const alone = around(mean(truths), z * Math.sqrt(variance(truths) / n), confidence);
  const spread = variance([...guesses, ...judged]);
  const isUseless = many < 2 || n < 2 || spread === 0;
  const best = isUseless ? 0 : covariance(guesses, truths) / ((1 + n / many) * spread);
  const weight = Math.min(1, Math.max(0, best));
  if (weight === 0) return { ...alone, labelsAlone: alone, weight, helps: false };
  const rests = labelled.map(([guess, truth]) => truth - weight * guess);
  // With few labels the variance of the residuals is itself uncertain and usually too small, so one more error in each
  // direction is added, as in Agresti and Coull's interval for a share (1998).
  const spreadOfRests = variance([...rests, 1, -weight]);
  const error = Math.sqrt((weight ** 2 * variance(judged)) / many + spreadOfRests / n);
  const both = around(weight * mean(judged) + mean(rests), z * error, confidence);
  return { ...both, labelsAlone: alone, weight, helps: both.high - both.low < WORTH_IT * (alone.high - alone.low) };
}

/** Interval of a mean of values from 0 to 1; unbounded if one value is all the evidence. */
function around(estimate: number, half: number, confidence: number): Interval {
  const [low, high] = Number.isNaN(half) ? [-Infinity, Infinity] : [estimate - half, estimate + half];
  return { estimate, low, high, confidence };
}
