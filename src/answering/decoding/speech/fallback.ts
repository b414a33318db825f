import { deflateSync } from 'node:zlib';

/**
 * When to retry a window, and when to treat it as silence; the defaults are those of the reference (openai/whisper).
 */
export interface FallbackOptions {
  /** Temperatures to try in turn while the transcript is poor. */
  temperatures: readonly number[];
  /** Maximum compression ratio: a text that compresses better is repetitive. */
  compressionRatio: number;
  /** Minimum mean log-probability of the tokens. */
  logProb: number;
  /** No-speech probability above which an improbable transcript counts as silence. */
  noSpeech: number;
}

export const REFERENCE_FALLBACK: FallbackOptions = {
  temperatures: [0, 0.2, 0.4, 0.6, 0.8, 1],
  compressionRatio: 2.4,
  logProb: -1,
  noSpeech: 0.6,
};

/** Transcript of a window at one temperature. */
export interface Attempt {
  text: string;
  /** Mean log-probability of the tokens and the end. */
  logProb: number;
}

/** Bytes of the text divided by its compressed bytes. */
export function compressionRatio(text: string): number {
  const bytes = Buffer.from(text);
  return bytes.length / deflateSync(bytes).length;
}

/**
 * Tries temperatures until a transcript is neither repetitive nor improbable, or is silence; the last attempt if none
 * is. `noSpeech` is called only if it matters.
 */
export async function withFallback<Found extends Attempt>(
  { temperatures, ...limits }: FallbackOptions,
  write: (temperature: number) => Promise<Found>,
  noSpeech: () => Promise<number>,
): Promise<{ found: Found; isSilence: boolean }> {
  let silence: boolean | undefined;
  let found!: Found;
  for (const temperature of temperatures) {
    found = await write(temperature);
    const isGuessed = found.logProb < limits.logProb;
    if (isGuessed) silence ??= (await noSpeech()) > limits.noSpeech;
    if (isGuessed && silence === true) return { found, isSilence: true };
    if (!isGuessed && compressionRatio(found.text) <= limits.compressionRatio) break;
  }
  return { found, isSilence: false };
}
