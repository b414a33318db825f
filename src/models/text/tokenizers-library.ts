/**
 * The tokenizers library. npm's package contains the binaries of 13 platforms (65 MB), so the published attune finds it
 * in the engine's package, with the binary of one platform (`tools/release/engine.ts`).
 */
import { createRequire } from 'node:module';
import type * as Tokenizers from 'tokenizers';
import { AttuneError } from '../../base/errors.ts';
import { readManifest } from '../../base/optional-packages.ts';

export const tokenizers = load();

function load(): typeof Tokenizers {
  const require = createRequire(import.meta.url);
  const engine = `@attune/engine-${process.platform}-${process.arch}`;
  const failures: string[] = [];
  for (const name of ['tokenizers', `${engine}/tokenizers`]) {
    try {
      return require(name) as typeof Tokenizers;
    } catch (error) {
      failures.push((error as Error).message.split('\n', 1)[0]);
    }
  }
  const version = readManifest().peerDependencies.tokenizers;
  throw new AttuneError('E_NOT_INSTALLED', {
    what: 'The tokenizers library cannot be loaded',
    got: failures.join('; '),
    expected: `the optional package ${engine}`,
    fix: `install with optional packages (npm install --include=optional attune), or npm install tokenizers@${version}`,
  });
}
