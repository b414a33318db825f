/** How the next token is chosen. Names and meanings are those of Hugging Face's and OpenAI's interfaces. */
export interface SamplingOptions {
  /** 0 takes the most probable token. */
  temperature: number;
  /** Only the k most probable tokens; 0 for all. */
  topK: number;
  /** The smallest set of tokens whose probabilities reach p; 1 for all. */
  topP: number;
  /** Only tokens at least this share as probable as the most probable one. */
  minP: number;
  /** Divides positive and multiplies negative logits of tokens in prompt and answer (Keskar et al., 2019); 1 for none. */
  repetitionPenalty: number;
  /** Taken off the logits of tokens that the answer has. */
  presencePenalty: number;
  /** Taken off for each time that the answer has the token. */
  frequencyPenalty: number;
  /** Added to logits, by token id. */
  logitBias: Readonly<Record<number, number>>;
  /** Draws depend on it, on which of a prompt's samples it is, and on the token's place: on nothing else. */
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

/** Chooses from logits [V] by a number of [0, 1). Without a temperature the first of the most probable tokens is taken. */
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
 * In the order of ids, not of probabilities: two that are nearly as probable would change places with the last bits
 * of their logits, and with them what a random number means.
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
  const kept: number[] = [];
  for (let index = 0; index < weights.length; index++) if (isKept(weights[index], index)) kept.push(index);
  return {
    ids: Int32Array.from(kept, (index) => ids[index]),
    weights: Float64Array.from(kept, (index) => weights[index]),
  };
}

/** The k-th largest value, by a heap of the k largest ones with the smallest on top. */
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

/** The most probable candidates whose weights reach the share p of all. Only as many are sorted as are needed. */
function nucleusOf(all: Candidates, p: number): Candidates {
  const wanted = p * all.weights.reduce((sum, weight) => sum + weight, 0);
  for (let least = 0.01; ; least = least > 1e-12 ? least * 0.01 : 0) {
    const likely = filter(all, (weight) => weight >= least);
    const order = Array.from(likely.weights.keys()).sort((a, b) => likely.weights[b] - likely.weights[a] || a - b);
    let reached = 0;
    const last = order.findIndex((index) => (reached += likely.weights[index]) >= wanted);
    if (last < 0 && least > 0) continue;
    if (last < 0) return likely;
    const kept = new Set(order.slice(0, last + 1));
    return filter(likely, (_, index) => kept.has(index));
  }
}

function drawCandidate({ ids, weights }: Candidates, unit: number): number {
  let left = unit * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < ids.length; i++) {
    left -= weights[i];
    if (left < 0) return ids[i];
  }
  return ids[ids.length - 1];
}
