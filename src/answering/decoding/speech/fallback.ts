import { deflateSync } from 'node:zlib';

/** When a window is written down again, and when nothing was said in it; as the reference has them (openai/whisper). */
export interface FallbackOptions {
  /** One after the other, while what was written is poor. */
  temperatures: readonly number[];
  /** A text that compresses better repeats itself. */
  compressionRatio: number;
  /** Mean ln p of the tokens; below it the model did not know. */
  logProb: number;
  /** Probability of silence from which what the model did not know is taken for it. */
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
  /** Mean over the tokens and the end. */
  logProb: number;
}

/** Bytes of a text for each byte of it compressed. */
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
