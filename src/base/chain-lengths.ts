/** Length in tokens of each text including all texts that it continues. */
export function chainLengths(lengths: readonly number[], parents: readonly number[] | undefined): readonly number[] {
  if (parents === undefined) return lengths;
  const chains: number[] = [];
  for (const [text, length] of lengths.entries()) {
    const parent = parents[text];
    chains.push(length + (parent < 0 ? 0 : chains[parent])); // parents come first
  }
  return chains;
}
