import { AttuneError } from '../../base/errors.ts';

/** Oldest Node version that the library supports; `bin/attune` brings its own Node. */
const OLDEST_NODE = 22;

/** @throws AttuneError E_OLD_NODE */
export function requireNode(version: string = process.versions.node): void {
  if (Number(version.split('.')[0]) >= OLDEST_NODE) return;
  throw new AttuneError('E_OLD_NODE', {
    what: 'This Node is too old for the library',
    got: `Node ${version}`,
    expected: `Node ${OLDEST_NODE} or later`,
    fix: 'run the program with node_modules/.bin/node, which attune installed',
  });
}
