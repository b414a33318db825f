/** Restricts what may be generated next; one instance per sequence. */
export interface TokenConstraint {
  /**
   * Bit mask over the vocabulary (V bits in little-endian words; bit `id & 31` of word `id >> 5`): 1 = allowed. Valid
   * until the next `advance`. If only an end is possible, only stop ids are set.
   *
   * @param remaining tokens that may still follow, including this one, so that a valid end can be reached in time
   */
  allowed(remaining: number): Uint32Array;
  /** Adjusts the logits [V] of allowed tokens, for rules that depend on them. */
  adjust?(logits: Float32Array): void;
  /** Records the chosen token; never a stop id. */
  advance(id: number): void;
  /** True in free text: stop texts apply there, and the token limit truncates it. */
  readonly isFree?: boolean;
  /** True when the text so far is a complete valid value. */
  readonly isComplete: boolean;
}
