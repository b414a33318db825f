/**
 * Marginal probabilities of a linear-chain conditional random field (Lafferty et al., 2001), for L labels and N tokens.
 */
import { kinds, type Kind } from './kinds.ts';

/**
 * Label 0 marks tokens that are not personal. A city or postcode has the label of an address and a vehicle
 * identification number that of a plate, until findings are trimmed.
 */
export const LABELS: readonly (Kind | 'none')[] = [
  'none',
  ...kinds.filter((kind) => kind !== 'city' && kind !== 'postcode' && kind !== 'vin'),
];
export const L = LABELS.length;

/** The score of label 0 from which other labels are not computed. */
export const CERTAIN = 50;
/** A label that scores this far below the token's best is skipped there: most tokens keep one or two. */
const FAR_BELOW = 10;

/**
 * Forward and backward sums, normalised at each token. Returns N × L probabilities; overwrites `scores` with their
 * exponentials.
 */
export function marginalsOf(scores: Float32Array, jumps: Float32Array): Float32Array {
  const count = scores.length / L;
  const active = new Uint8Array(scores.length);
  const actives = new Uint8Array(count);
  for (let at = 0; at < count; at++) actives[at] = exponentials(scores, at * L, active);
  const forward = new Float32Array(scores.length);
  for (let at = 0; at < count; at++) {
    const place = at * L;
    if (actives[at] === 1) {
      forward[place + active[place]] = 1;
      continue;
    }
    for (let index = 0; index < actives[at]; index++) {
      const label = active[place + index];
      let sum = at === 0 ? 1 : 0;
      for (let other = 0; other < (at === 0 ? 0 : actives[at - 1]); other++) {
        const before = active[place - L + other];
        sum += forward[place - L + before] * jumps[before * L + label];
      }
      forward[place + label] = sum * scores[place + label];
    }
    normalise(forward, place);
  }
  const behind = new Float32Array(L).fill(1);
  for (let at = count - 2; at >= 0; at--) backward(scores, { jumps, active, actives, forward, behind }, at);
  return forward;
}

interface Sums {
  jumps: Float32Array;
  active: Uint8Array;
  actives: Uint8Array;
  /** Holds the backward sums, then the marginal probabilities, from the last token to the first. */
  forward: Float32Array;
  /** Score of the next token. */
  behind: Float32Array;
}

function backward(scores: Float32Array, { jumps, active, actives, forward, behind }: Sums, at: number): void {
  const place = at * L;
  if (actives[at] === 1) {
    behind[active[place]] = 1;
    return;
  }
  const here = new Float32Array(L);
  for (let index = 0; index < actives[at]; index++) {
    const label = active[place + index];
    let sum = 0;
    for (let other = 0; other < actives[at + 1]; other++) {
      const next = active[place + L + other];
      sum += jumps[label * L + next] * scores[place + L + next] * behind[next];
    }
    here[label] = sum;
  }
  normalise(here, 0);
  behind.set(here);
  for (let label = 0; label < L; label++) forward[place + label] *= here[label];
  normalise(forward, place);
}

/** Lists the labels to keep and returns their number. */
function exponentials(scores: Float32Array, place: number, active: Uint8Array): number {
  if (scores[place] === CERTAIN) {
    scores[place] = 1;
    active[place] = 0;
    return 1;
  }
  let most = -Infinity;
  for (let label = 0; label < L; label++) if (scores[place + label] > most) most = scores[place + label];
  let count = 0;
  for (let label = 0; label < L; label++) {
    const below = scores[place + label] - most;
    if (below > -FAR_BELOW) active[place + count++] = label;
    scores[place + label] = below > -FAR_BELOW ? Math.exp(below) : 0;
  }
  return count;
}

function normalise(values: Float32Array, place: number): void {
  let sum = 1e-30;
  for (let label = 0; label < L; label++) sum += values[place + label];
  for (let label = 0; label < L; label++) values[place + label] /= sum;
}
