/** A check of the repository: what it is called and what it found wrong, one line a problem, none where all is well. */
export interface Check {
  name: string;
  /** @param root the repository's folder */
  run(root: string): Promise<string[]> | string[];
}
