/** A token and its log-probability under the model's raw logits, before temperature and penalties. */
export interface TokenLogProb {
  id: number;
  /** The token's text; U+FFFD if it is only part of a character. */
  token: string;
  logProb: number;
}

/** The chosen token and the most probable alternatives. */
export interface ChosenLogProb extends TokenLogProb {
  top: TokenLogProb[];
}

/** Log-probabilities, in nats, of the chosen token and of the `count` most likely ones, from logits [V]. */
export function logProbsOf(
  logits: Float32Array,
  chosen: number,
  { count, textOf }: { count: number; textOf: (id: number) => string },
): ChosenLogProb {
  const total = logSumExp(logits);
  const entry = (id: number): TokenLogProb => ({ id, token: textOf(id), logProb: logits[id] - total });
  return { ...entry(chosen), top: mostProbable(logits, count).map(entry) };
}

/** Log-probability of one token, in nats, from logits [V]. */
export function logProbOf(logits: Float32Array, id: number): number {
  return logits[id] - logSumExp(logits);
}

/** Log-probabilities of tokens, in nats, from logits [V]. */
export function scoresOf(logits: Float32Array, ids: readonly number[]): number[] {
  const total = logSumExp(logits);
  return ids.map((id) => logits[id] - total);
}

function logSumExp(logits: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) if (logits[id] > highest) highest = logits[id];
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += Math.exp(logits[id] - highest);
  return highest + Math.log(sum);
}

function mostProbable(logits: Float32Array, count: number): number[] {
  const ids: number[] = [];
  if (count === 0) return ids;
  for (let id = 0; id < logits.length; id++) {
    if (ids.length === count && logits[id] <= logits[ids[count - 1]]) continue;
    let place = Math.min(ids.length, count - 1);
    while (place > 0 && logits[ids[place - 1]] < logits[id]) {
      ids[place] = ids[place - 1];
      place--;
    }
    ids[place] = id;
  }
  return ids;
}
