/**
 * Installs everything that the addon needs: libtorch from the first source that has one, the OpenMP BLAS for Debian's,
 * a compiler.
 */
import { existsSync } from 'node:fs';
import { fetchLibtorch } from './archive.mjs';
import { VERSION } from './archives.mjs';
import { aptInstall, candidateVersion, hasApt, refreshLists } from './apt.mjs';
import { libtorchFolder } from './features.mjs';
import { findLibtorch, isRecent, openblasFolder } from './libtorch.mjs';
import { which } from './process.mjs';
import { SetupError, say } from './report.mjs';

/**
 * @typedef {object} Machine
 * @property {string} root the package's folder
 * @property {NodeJS.ProcessEnv} environment
 * @property {import('./consent.mjs').Consent['mode']} mode
 * @property {boolean} isRoot
 * @property {string[]} [prefixes] where to look for the system's libtorch
 * @property {string} [openblas] folder of the OpenMP BLAS
 */

/**
 * @param {Machine} machine
 * @returns {Promise<import('./libtorch.mjs').Libtorch>}
 */
export async function prepareMachine(machine) {
  const downloaded = libtorchFolder(machine.root, machine.environment, `${VERSION}-dev`);
  const search = { ...machine, downloaded };
  let found = withHeaders(findLibtorch(search), machine.environment);
  if (hasApt()) {
    const names = await missingPackages(found, machine);
    if (names.length > 0) {
      await aptInstall(names, machine);
      found ??= withHeaders(findLibtorch(search), machine.environment);
    }
  }
  if (!hasCompiler(machine.environment)) throw noCompiler();
  found ??= await fetchLibtorch({ ...machine, folder: search.downloaded });
  return found;
}

/** Libraries alone, as Debian's libtorch2.6 brings them, are enough to run the engine but not to compile it. */
function withHeaders(found, { ATTUNE_LIBTORCH: chosen }) {
  if (found === undefined || found.includes.length > 0) return found;
  if (!chosen) return undefined;
  throw new SetupError(`ATTUNE_LIBTORCH=${chosen} has no headers (include/ATen), which compiling needs`, [
    'name a whole libtorch, or unset ATTUNE_LIBTORCH',
  ]);
}

/** libtorch is always installed with this BLAS: Debian's default is many times slower. */
async function missingPackages(found, machine) {
  const names = hasCompiler(machine.environment) ? [] : ['g++'];
  const fromDebian = found === undefined ? await debianHasLibtorch(machine) : found.system;
  if (found === undefined && fromDebian) names.push('libtorch-dev');
  if (fromDebian && !existsSync(machine.openblas ?? openblasFolder())) names.push('libopenblas0-openmp');
  if (names.length > 0) await refreshLists(names, machine);
  return names;
}

/** Debian has a recent enough version since 13; Ubuntu's LTS releases do not. */
async function debianHasLibtorch(machine) {
  await refreshLists(['libtorch-dev'], machine);
  const version = candidateVersion('libtorch-dev');
  if (version !== undefined && isRecent(version)) return true;
  say(`apt has ${version === undefined ? 'no libtorch' : `libtorch ${version}, too old`}`);
  return false;
}

function hasCompiler(environment) {
  return environment.CXX ? true : which(process.platform === 'darwin' ? 'clang++' : 'g++') !== undefined;
}

function noCompiler() {
  const fix =
    process.platform === 'darwin'
      ? 'xcode-select --install'
      : 'dnf install gcc-c++ (Fedora), pacman -S gcc (Arch), or set CXX';
  return new SetupError('There is no C++ compiler', [fix]);
}
