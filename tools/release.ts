/**
 * `npm run release [-- --libtorch FOLDER …] [--archive FILE=PATH]` writes the packages of a release to build/release: the
 * engine of this platform, attune with that engine among its optional dependencies, an SBOM, and SHA-256 sums.
 * --libtorch names another libtorch to build for (default: the machine's); --archive pins the libraries of a libtorch
 * archive that the set-up then fetches (PATH below ATTUNE_LIBTORCH_MIRROR), and --engine-only leaves attune out.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findLibtorch, type Libtorch } from './setup/libtorch.mjs';
import { packEngine } from './release/engine.ts';
import { packAttune } from './release/package.ts';
import { pinArchive } from './release/pin-archive.ts';
import { writeSbom } from './release/sbom.ts';

const root = dirname(import.meta.dirname);
const output = join(root, 'build/release');

const { values } = parseArgs({
  options: {
    libtorch: { type: 'string', multiple: true, default: [] },
    archive: { type: 'string', multiple: true, default: [] },
    'engine-only': { type: 'boolean', default: false },
  },
});

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const folders = values.libtorch.length > 0 ? values.libtorch : [process.env.ATTUNE_LIBTORCH];
const pins = values.archive.map((entry) => pinArchive(entry));
const engine = await packEngine({ root, output, libtorchs: folders.map(findOne), pins });
if (!values['engine-only']) {
  packAttune({ root, output });
  writeSbom({ root, output });
}
const sums = readdirSync(output, { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(
    ({ name }) =>
      `${createHash('sha256')
        .update(readFileSync(join(output, name)))
        .digest('hex')}  ${name}\n`,
  );
writeFileSync(join(output, 'SHA256SUMS'), sums.join(''));
process.stderr.write(`release: ${engine.join(', ')}; packages, SBOM and sums are in ${output}\n`);

function findOne(folder: string | undefined): Libtorch {
  const environment = { ...process.env, ATTUNE_LIBTORCH: folder };
  const found = findLibtorch({ environment, downloaded: join(root, 'build/libtorch') });
  if (found === undefined || found.includes.length === 0) {
    throw new Error(`No libtorch with headers${folder === undefined ? '' : ` in ${folder}`}: --libtorch FOLDER`);
  }
  return found;
}
