/**
 * Work on many inputs, so many under way at once. After a failure none is begun, and those under way are waited for.
 * @returns what came of each, in the inputs' order
 */
export async function inLanes<Input, Result>(
  inputs: readonly Input[],
  lanes: number,
  work: (input: Input) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < inputs.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(inputs[index]);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
