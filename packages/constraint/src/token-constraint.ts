/** Restricts what may be generated next; one instance per sequence. */
export interface TokenConstraint {
  /**
   * Bit mask over the vocabulary (V bits in little-endian words; bit `id & 31` of word `id >> 5`): 1 = allowed.
   * Valid until the next `advance`. Where only an end is possible, only stop ids are set.
   *
   * @param remaining tokens that may still follow, this one included, so that a valid end can be reached in time
   */
  allowed(remaining: number): Uint32Array;
  /** Changes the logits [V] of what is allowed, where a rule depends on them. */
  adjust?(logits: Float32Array): void;
  /** Takes the token that was chosen; never a stop id. */
  advance(id: number): void;
  /** True in free text: stop texts hold there, and the limit of tokens cuts it. */
  readonly isFree?: boolean;
  /** True when the text so far is a complete valid value. */
  readonly isComplete: boolean;
}
