/**
 * `npm run release [-- --official] [--libtorch FOLDER …] [--machine linux-arm64] [--engine-only]` writes the packages of a
 * release to build/release: an engine, attune with the engines among its optional dependencies, an SBOM, and SHA-256 sums.
 * The engine is for PyTorch's own archive (--official; the set-up then fetches its libraries), for the libtorch in each
 * FOLDER, or for that of this machine. --machine compiles for another processor; --engine-only leaves attune out.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findLibtorch, type Libtorch } from './setup/libtorch.mjs';
import { packEngine } from './release/engine.ts';
import { fetchOfficial } from './release/official.ts';
import { packAttune } from './release/package.ts';
import { writeSbom } from './release/sbom.ts';

const root = dirname(import.meta.dirname);
const output = join(root, 'build/release');

const { values } = parseArgs({
  options: {
    libtorch: { type: 'string', multiple: true, default: [] },
    official: { type: 'boolean', default: false },
    machine: { type: 'string', default: `${process.platform}-${process.arch}` },
    'engine-only': { type: 'boolean', default: false },
  },
});

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const { machine } = values;
const official = values.official ? [await fetchOfficial({ root, machine, environment: process.env })] : [];
const folders = official.length + values.libtorch.length > 0 ? values.libtorch : [process.env.ATTUNE_LIBTORCH];
const libtorchs = [...folders.map(findOne), ...official.map(({ libtorch }) => libtorch)];
const engine = await packEngine({ root, output, machine, libtorchs, pins: official.map(({ pin }) => pin) });
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
  const found = findLibtorch({ environment, downloaded: join(root, 'build/libtorch'), arch: machine.split('-')[1] });
  if (found === undefined || found.includes.length === 0) {
    throw new Error(`No libtorch with headers${folder === undefined ? '' : ` in ${folder}`}: --libtorch FOLDER`);
  }
  return found;
}
