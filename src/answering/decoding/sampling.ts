/** Sampling options, named as in Hugging Face's and OpenAI's APIs. */
export interface SamplingOptions {
  /** Softmax temperature; 0 takes the most probable token. */
  temperature: number;
  /** Samples from the k most probable tokens only; 0 for all. */
  topK: number;
  /** Samples from the smallest set of tokens whose probabilities add up to p; 1 for all. */
  topP: number;
  /** Samples only tokens that are at least this fraction as probable as the most probable one. */
  minP: number;
  /**
   * Divides positive and multiplies negative logits of tokens that occur in prompt or answer (Keskar et al., 2019); 1
   * for none.
   */
  repetitionPenalty: number;
  /** Subtracted from the logits of tokens that occur in the answer. */
  presencePenalty: number;
  /** Subtracted from a token's logit once per occurrence in the answer. */
  frequencyPenalty: number;
  /** Added to logits, by token id. */
  logitBias: Readonly<Record<number, number>>;
  /** Draws depend only on the seed, the sample's index and the token's position. */
  seed: number;
}

export const defaultSampling: SamplingOptions = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  logitBias: {},
  seed: 0,
};

/**
 * Chooses a token from logits [V] with a random number in [0, 1). Without a temperature, takes the first of the most
 * probable tokens.
 */
export function drawToken(logits: Float32Array, options: SamplingOptions, unit: () => number): number {
  const best = argmax(logits);
  if (options.temperature === 0) return best;
  return drawCandidate(candidatesOf(logits, logits[best], options), unit());
}

function argmax(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}

/** Tokens that may be drawn, by id, with weights e^((logit - highest) / temperature). */
interface Candidates {
  ids: Int32Array;
  weights: Float64Array;
}

/**
 * Candidates are ordered by id rather than probability: near-ties would swap places with the last bits of their logits,
 * and the same random number would pick another token.
 */
function candidatesOf(logits: Float32Array, highest: number, options: SamplingOptions): Candidates {
  const { temperature, topK, topP, minP } = options;
  const floor = topK > 0 && topK < logits.length ? largest(logits, topK) : Number.NEGATIVE_INFINITY;
  const all = weigh(logits, { highest, temperature, floor });
  const nucleus = topP < 1 ? nucleusOf(all, topP) : all;
  return minP > 0 ? filter(nucleus, (weight) => weight >= minP) : nucleus;
}

function weigh(logits: Float32Array, of: { highest: number; temperature: number; floor: number }): Candidates {
  const ids = new Int32Array(logits.length);
  const weights = new Float64Array(logits.length);
  let count = 0;
  for (let id = 0; id < logits.length; id++) {
    if (logits[id] < of.floor) continue;
    const weight = Math.exp((logits[id] - of.highest) / of.temperature);
    if (weight === 0) continue;
    ids[count] = id;
    weights[count++] = weight;
  }
  return { ids: ids.subarray(0, count), weights: weights.subarray(0, count) };
}

function filter({ ids, weights }: Candidates, isKept: (weight: number, index: number) => boolean): Candidates {
  const kept = { ids: new Int32Array(ids.length), weights: new Float64Array(ids.length) };
  let count = 0;
  for (let index = 0; index < ids.length; index++) {
    if (!isKept(weights[index], index)) continue;
    kept.ids[count] = ids[index];
    kept.weights[count++] = weights[index];
  }
  return { ids: kept.ids.subarray(0, count), weights: kept.weights.subarray(0, count) };
}

/** The k-th largest value, by a min-heap of the k largest ones. */
function largest(values: Float32Array, k: number): number {
  const heap = values.slice(0, k).sort();
  for (let i = k; i < values.length; i++) {
    if (values[i] <= heap[0]) continue;
    heap[0] = values[i];
    siftDown(heap);
  }
  return heap[0];
}

function siftDown(heap: Float32Array): void {
  const value = heap[0];
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= value) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = value;
}

/** The most probable candidates whose weights reach the share p of the total; ties go to the lowest ids. */
function nucleusOf(all: Candidates, p: number): Candidates {
  const { weights } = all;
  const border: Border = { members: new Int32Array(weights.length), low: 0, high: 1, missing: p * sumOf(weights) };
  for (let i = 0; i < weights.length; i++) border.members[i] = i;
  // Sorting all would take longer than computing the logits, so only those around the border are sorted.
  while (border.members.length > 64 && narrow(border, weights));
  const order = border.members.sort((a, b) => weights[b] - weights[a] || a - b);
  let last = 0;
  while (last < order.length - 1 && (border.missing -= weights[order[last]]) > 0) last++;
  const [least, lastIndex] = [weights[order[last]], order[last]];
  return filter(all, (weight, index) => weight > least || (weight === least && index <= lastIndex));
}

/** Candidates with weights from `low` to `high`, and the total that they have to reach. */
interface Border {
  members: Int32Array;
  low: number;
  high: number;
  missing: number;
}

const BUCKETS = 256;

/**
 * Narrows the border to the bucket in which the cumulative weight reaches the target; false if that removes no
 * candidates.
 */
function narrow(border: Border, weights: Float64Array): boolean {
  const { members, low, high } = border;
  const width = (high - low) / BUCKETS;
  const buckets = new Uint8Array(members.length);
  const sums = new Float64Array(BUCKETS);
  for (let i = 0; i < members.length; i++) {
    const weight = weights[members[i]];
    buckets[i] = Math.max(0, Math.min(BUCKETS - 1, Math.floor((weight - low) / width)));
    sums[buckets[i]] += weight;
  }
  let { missing } = border;
  let bucket = BUCKETS - 1;
  while (bucket > 0 && sums[bucket] < missing) missing -= sums[bucket--];
  const inside = members.filter((_, i) => buckets[i] === bucket);
  if (inside.length === 0 || inside.length === members.length) return false;
  Object.assign(border, { members: inside, low: low + bucket * width, high: low + (bucket + 1) * width, missing });
  return true;
}

function sumOf(weights: Float64Array): number {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return sum;
}

function drawCandidate({ ids, weights }: Candidates, unit: number): number {
  let left = unit * sumOf(weights);
  for (let i = 0; i < ids.length; i++) {
    left -= weights[i];
    if (left < 0) return ids[i];
  }
  return ids[ids.length - 1];
}
