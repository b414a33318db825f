import type { Parameter } from '../../engine/nn/index.ts';
import { engine } from '../../engine/tensor/index.ts';

/**
 * How early in the backward pass each weight's gradient is complete, so that it can be exchanged meanwhile. Learnt from
 * the first pass with the same number of stages.
 */
export class BackwardOrder {
  /** Per number of stages: how many are left when each weight's gradient changes for the last time. */
  readonly #known = new Map<number, readonly number[]>();
  /** Set if a gradient changed later than learnt; from then on, nothing is exchanged early. */
  isOff = false;

  /**
   * Follows a backward pass: call the result before the first stage and after each, with the stages left. `onComplete`
   * gets, for each weight, the stages left at which it is complete.
   */
  follow(weights: readonly Parameter[], onComplete: (left: number, completeAt: readonly number[]) => void) {
    let versions = this.isOff ? [] : versionsOf(weights);
    let stages: number | undefined;
    const found = weights.map(() => 0);
    return (left: number): void => {
      if (this.isOff) return;
      stages ??= left;
      const known = this.#known.get(stages);
      if (known !== undefined) return onComplete(left, known);
      const now = versionsOf(weights);
      for (const [i, version] of now.entries()) if (version !== versions[i]) found[i] = left;
      versions = now;
      if (left === 0) this.#known.set(stages, found);
    };
  }
}

function versionsOf(weights: readonly Parameter[]): number[] {
  return engine().gradVersions(weights.map(({ tensor }) => tensor.id));
}
