import { functions, type FunctionName, type FunctionOf } from './functions.ts';
import { requireNode } from './node-version.ts';

/** A function that loads its code on the first call, so that `import 'attune'` takes milliseconds. */
export function lazily<Name extends FunctionName>(name: Name): FunctionOf<Name> {
  const call = async (...given: unknown[]): Promise<unknown> => {
    requireNode();
    const found = (await functions[name]()) as (...values: unknown[]) => Promise<unknown>;
    return found(...given);
  };
  return call as unknown as FunctionOf<Name>;
}
