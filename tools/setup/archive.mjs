/** The official libtorch archive, for machines where the system, Python and apt have none. */
import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ARCHIVES, OFFICIAL, VERSION } from './archives.mjs';
import { askFirst } from './consent.mjs';
import { fetchFile } from './download.mjs';
import { FETCHED, libraryFolders, readLibtorch } from './libtorch.mjs';
import { libcName } from './process.mjs';
import { SETUP, SetupError, say, since, size } from './report.mjs';
import { temporaryPath } from './temporary.mjs';
import { unzip } from './unzip.mjs';

/** An unpacked archive is about four times as large, and both exist for a moment. */
const GROWTH = 5;

/**
 * @param {object} options
 * @param {string} options.folder target folder of libtorch, with include/ and lib/ in it
 * @param {NodeJS.ProcessEnv} options.environment
 * @param {import('./consent.mjs').Consent['mode']} options.mode
 * @param {string} [options.machine] `${process.platform}-${process.arch}` by default
 * @param {Partial<import('./download.mjs').Download>} [options.patience]
 * @returns {Promise<import('./libtorch.mjs').Libtorch>}
 */
export async function fetchLibtorch({ folder, environment, mode, machine, patience }) {
  if (process.platform === 'linux' && libcName() === 'musl') throw noMusl();
  const { url, sha256 } = chooseArchive(environment, machine ?? `${process.platform}-${process.arch}`);
  const bytes = await sizeOf(url);
  const sizes =
    bytes === undefined ? 'size unknown' : `${size(bytes)} to download, about ${size(bytes * (GROWTH - 1))} on disk`;
  await askFirst(mode, `Fetch libtorch ${VERSION} from ${url} (${sizes})?`, byHand(url, folder));
  mkdirSync(dirname(folder), { recursive: true });
  if (bytes !== undefined) refuseFullDisk(dirname(folder), bytes * GROWTH);
  const start = Date.now();
  say(`fetching libtorch ${VERSION} from ${url}: ${sizes}`);
  const file = join(dirname(folder), 'downloads', decodeURIComponent(basename(new URL(url).pathname)));
  await fetchFile({ url, file, sha256, ...patience });
  const found = await unpackLibtorch(file, folder);
  rmSync(file, { force: true });
  say(`libtorch ${found.version} is in ${folder}, in ${since(start)}`);
  return found;
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} machine
 * @returns {{ url: string, path: string, sha256: string }} the path is that below the mirror
 */
export function chooseArchive(environment, machine) {
  const known = ARCHIVES[machine];
  if (known === undefined) {
    throw new SetupError(`There is no official libtorch archive for ${machine}`, [
      'pip install torch (2.6 or newer): the set-up finds it without importing it',
      `or name a libtorch: ATTUNE_LIBTORCH=/folder ${SETUP}`,
    ]);
  }
  const mirror = environment.ATTUNE_LIBTORCH_MIRROR || OFFICIAL;
  return {
    url: `${mirror.replace(/\/+$/, '')}/${known.path}`,
    path: known.path,
    sha256: environment.ATTUNE_LIBTORCH_SHA256 || known.sha256,
  };
}

function noMusl() {
  return new SetupError('PyTorch builds no libtorch for musl (Alpine)', [
    'use an image with glibc, such as debian:13 or node:24-trixie',
  ]);
}

function byHand(url, folder) {
  return [`curl -LO '${url}', unpack it, and then ATTUNE_LIBTORCH=/its/libtorch ${SETUP} (or unpack it to ${folder})`];
}

/** Only for information: a server that does not answer this request may still serve the file. */
async function sizeOf(url) {
  try {
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(20_000) });
    const length = Number(response.headers.get('content-length'));
    return response.ok && length > 0 ? length : undefined;
  } catch {
    return undefined;
  }
}

function refuseFullDisk(folder, needed) {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= needed) return;
  throw new SetupError(`libtorch needs ${size(needed)} in ${folder}; ${size(bavail * bsize)} are free`, [
    'free some space there',
  ]);
}

/**
 * Renamed into place at the end: the folder is either complete or absent.
 * @param {string} file a zip with libtorch/ in it, or a wheel with torch/
 * @param {string} folder
 * @returns {Promise<import('./libtorch.mjs').Libtorch>}
 */
export async function unpackLibtorch(file, folder) {
  const temporary = temporaryPath(folder);
  try {
    const bytes = await unzip(file, temporary);
    say(`unpacked ${size(bytes)}`);
    const unpacked = ['libtorch', 'torch'].map((name) => join(temporary, name)).find((name) => readLibtorch(name, ''));
    if (unpacked === undefined) {
      throw new SetupError(`${file} holds no libtorch`, ['check ATTUNE_LIBTORCH_MIRROR and ATTUNE_LIBTORCH_SHA256']);
    }
    gatherLibraries(join(unpacked, 'lib'));
    rmSync(folder, { recursive: true, force: true });
    renameSync(unpacked, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return readLibtorch(folder, FETCHED);
}

/** Brings what a wheel for arm64 keeps outside of torch/ together with the rest. */
function gatherLibraries(libraries) {
  const [, beside] = libraryFolders(libraries);
  if (beside === undefined) return;
  for (const name of readdirSync(beside)) renameSync(join(beside, name), join(libraries, name));
}
