/**
 * Runs work on many inputs with limited concurrency. After a failure no more are started, and running ones are
 * awaited. @returns the results in input order
 */
export async function inLanes<Input, Result>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
  lanes: number,
  work: (input: Input) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const source = indexed(inputs);
  const lane = async (): Promise<void> => {
    try {
      while (failures.length === 0) {
        const { value, done } = await source.next();
        if (done === true) return;
        results[value.index] = await work(value.input);
      }
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Concurrent calls of a generator's `next` are queued. */
async function* indexed<Input>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
): AsyncGenerator<{ index: number; input: Input }, void, undefined> {
  let index = 0;
  for await (const input of inputs) yield { index: index++, input };
}
