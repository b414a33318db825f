/** Range in which `attune search` varies a recipe's key unless the user names another; declared next to the key. */
export interface SearchRange {
  /** Order: 1 is varied first. */
  stage: 1 | 2 | 3;
  /** Values to try; ascending numbers form a scale, on which neighbours give similar results. */
  values?: readonly (string | number)[];
  /** Multiples of the run's default, instead of `values`. */
  times?: readonly number[];
  /** Whether values between the given ones are tried too, on a logarithmic scale. */
  isContinuous?: boolean;
}
