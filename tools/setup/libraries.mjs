/**
 * Fetches only libtorch's libraries from an archive on a server: each by range requests, resumed after interruptions,
 * and kept only if its hash is the one recorded in the engine's release.
 */
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { OFFICIAL } from './archives.mjs';
import { askFirst } from './consent.mjs';
import { fetchFile, keptBytes } from './download.mjs';
import { libcName } from './process.mjs';
import { SETUP, SetupError, say, since, size } from './report.mjs';
import { temporaryPath } from './temporary.mjs';

/**
 * @typedef {object} Member a library inside the archive
 * @property {string} name "libtorch_cpu.so"
 * @property {number} start of its packed bytes in the archive
 * @property {number} packed
 * @property {number} bytes unpacked
 * @property {boolean} deflated
 * @property {string} sha256 of the packed bytes
 *
 * @typedef {object} Source
 * @property {string} path below the mirror
 * @property {string} version "2.7.1"
 * @property {Member[]} members
 */

/**
 * @param {object} options
 * @param {string} options.folder target: lib/ and build-version in it
 * @param {NodeJS.ProcessEnv} options.environment
 * @param {import('./consent.mjs').Consent['mode']} options.mode
 * @param {Source} options.source
 * @param {Partial<import('./download.mjs').Download>} [options.patience]
 * @returns {Promise<void>}
 */
export async function fetchLibraries({ folder, environment, mode, source, patience }) {
  refuseMusl();
  const mirror = environment.ATTUNE_LIBTORCH_MIRROR || OFFICIAL;
  const url = `${mirror.replace(/\/+$/, '')}/${source.path}`;
  const [packed, bytes] = [sumOf(source.members, 'packed'), sumOf(source.members, 'bytes')];
  const sizes = `${size(packed)} to download, ${size(bytes)} on disk`;
  await askFirst(mode, `Fetch libtorch ${source.version} from ${url} (${sizes})?`, [
    `or name a libtorch: ATTUNE_LIBTORCH=/its/folder ${SETUP}`,
  ]);
  const downloads = join(dirname(folder), 'downloads');
  mkdirSync(downloads, { recursive: true });
  const packedFile = ({ name }) => join(downloads, `${source.version}-${name}`);
  const kept = source.members.reduce((sum, member) => sum + keptBytes(packedFile(member)), 0);
  refuseFullDisk(downloads, packed + bytes - kept);
  const start = Date.now();
  say(`fetching libtorch ${source.version} from ${url}: ${sizes}`);
  const temporary = temporaryPath(folder);
  try {
    mkdirSync(join(temporary, 'lib'), { recursive: true });
    let before = 0;
    for (const member of source.members) {
      const range = { start: member.start, bytes: member.packed, before, total: packed };
      await fetchFile({ url, file: packedFile(member), sha256: member.sha256, range, ...patience });
      before += member.packed;
      await unpack(packedFile(member), join(temporary, 'lib', member.name), member);
    }
    writeFileSync(join(temporary, 'build-version'), `${source.version}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } catch (error) {
    if (error.code !== 'ENOSPC' && error.code !== 'EFBIG') throw error;
    throw new SetupError(`The disk of ${dirname(folder)} is full: ${error.message}`, [
      `free ${size(bytes)} there and run the set-up again: it goes on where it stopped`,
    ]);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  for (const member of source.members) rmSync(packedFile(member), { force: true });
  say(`libtorch ${source.version} is in ${folder}, in ${since(start)}`);
}

function sumOf(members, key) {
  return members.reduce((sum, member) => sum + member[key], 0);
}

function refuseMusl() {
  if (process.platform !== 'linux' || libcName() !== 'musl') return;
  throw new SetupError('PyTorch builds no libtorch for musl (Alpine)', [
    'use an image with glibc, such as debian:13 or node:24-trixie',
  ]);
}

function refuseFullDisk(folder, needed) {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= needed) return;
  throw new SetupError(`libtorch needs ${size(needed)} in ${folder}; ${size(bavail * bsize)} are free`, [
    `free some space there, then: ${SETUP}`,
  ]);
}

async function unpack(file, target, { deflated }) {
  const out = createWriteStream(target, { mode: 0o755 });
  await (deflated ? pipeline(createReadStream(file), createInflateRaw(), out) : pipeline(createReadStream(file), out));
}
