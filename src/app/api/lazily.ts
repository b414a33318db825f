import { callHost } from './host/client.ts';
import { functions, type FunctionName, type FunctionOf } from './functions.ts';

const OLDEST_NODE = 24;

/**
 * A function that loads its code when it is first called: `import 'attune'` takes milliseconds. On an older Node than
 * attune's own the call is made on that one, which npm has installed beside.
 */
export function lazily<Name extends FunctionName>(name: Name): FunctionOf<Name> {
  const call = async (...given: unknown[]): Promise<unknown> => {
    if (isOldNode()) return callHost(name, given);
    const found = (await functions[name]()) as (...values: unknown[]) => Promise<unknown>;
    return found(...given);
  };
  return call as unknown as FunctionOf<Name>;
}

/** ATTUNE_HOST=1 has the same effect on any Node, for tests. */
function isOldNode(): boolean {
  return Number(process.versions.node.split('.')[0]) < OLDEST_NODE || process.env.ATTUNE_HOST === '1';
}
