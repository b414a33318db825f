/** A check of the repository: its name and the problems it finds, one per line; none if all is well. */
export interface Check {
  name: string;
  /** @param root the repository's folder */
  run(root: string): Promise<string[]> | string[];
}
