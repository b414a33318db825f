import { randomUnit } from '../base/random.ts';

export interface SamplingOptions {
  /** 0 takes the most probable token. */
  temperature: number;
  /** Only the k most probable tokens; 0 for all. */
  topK: number;
  /** The smallest set of tokens whose probabilities reach p; 1 for all. */
  topP: number;
  seed: number;
}

export const greedy: SamplingOptions = { temperature: 0, topK: 0, topP: 1, seed: 0 };

/** Chooses the next token from logits [V]. The same seed, row and place give the same choice. */
export function sampleToken(
  logits: Float32Array,
  options: SamplingOptions,
  place: { row: number; index: number },
): number {
  if (options.temperature === 0) return argmax(logits);
  const candidates = candidatesOf(logits, options);
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  let left = randomUnit([options.seed, 'sample', place.row, place.index]) * total;
  for (const { id, weight } of candidates) {
    left -= weight;
    if (left < 0) return id;
  }
  return candidates[candidates.length - 1].id;
}

function argmax(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}

interface Candidate {
  id: number;
  weight: number;
}

/** The tokens that may be drawn, most probable first, with weights e^(logit / temperature) relative to the best one. */
function candidatesOf(logits: Float32Array, { temperature, topK, topP }: SamplingOptions): Candidate[] {
  const best = logits[argmax(logits)];
  let candidates = Array.from(logits, (logit, id): Candidate => ({
    id,
    weight: Math.exp((logit - best) / temperature),
  }));
  candidates.sort((a, b) => b.weight - a.weight || a.id - b.id);
  if (topK > 0) candidates = candidates.slice(0, topK);
  if (topP >= 1) return candidates;
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  const count = candidates.findIndex(({ weight }) => (reached += weight / total) >= topP);
  return count < 0 ? candidates : candidates.slice(0, count + 1);
}
