/**
 * The prebuilt engine of the optional package @attune/engine-PLATFORM-ARCH: one addon for each minor version of
 * libtorch, with a file that says what it fits. `npm run release` makes the package.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { aptInstall, candidateVersion, hasApt, refreshLists } from './apt.mjs';
import { isCheckout, libtorchFolder } from './features.mjs';
import { fetchLibraries } from './libraries.mjs';
import { FETCHED, findLibtorch, libraryFile, libraryFolders, libraryName, openblasFolder } from './libtorch.mjs';
import { ask, collect } from './process.mjs';
import { SETUP, SetupError, say } from './report.mjs';
import { temporaryPath } from './temporary.mjs';

/**
 * @typedef {object} Engine
 * @property {string} folder
 * @property {string} libtorch "2.6"
 * @property {boolean} cxx11 the C++ ABI of its libtorch
 * @property {string} glibc the oldest C library that has its symbols: "2.34"
 * @property {import('./libraries.mjs').Source} [source] where libtorch's libraries are fetched from
 */

/** @returns {string} "@attune/engine-linux-x64" */
export function enginePackage(machine = `${process.platform}-${process.arch}`) {
  return `@attune/engine-${machine}`;
}

/**
 * @param {string} root
 * @returns {Engine[]} newest libtorch last; empty in a checkout, or where no package is published for this machine
 */
export function readEngines(root) {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', enginePackage());
    if (existsSync(found)) return enginesIn(found);
    if (folder === dirname(folder)) return [];
  }
}

function enginesIn(folder) {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'engine.json')))
    .map((name) => ({
      folder: join(folder, name),
      ...JSON.parse(readFileSync(join(folder, name, 'engine.json'), 'utf8')),
    }))
    .toSorted((a, b) => a.libtorch.localeCompare(b.libtorch, 'en', { numeric: true }));
}

/**
 * Puts the engine that fits this machine's libtorch into build/, and brings a libtorch where there is none.
 * @param {import('./machine.mjs').Machine} machine
 * @returns {Promise<import('./libtorch.mjs').Libtorch | undefined>} undefined where the engine has to be compiled; the
 *   reason has been printed
 */
export async function placePrebuilt(machine) {
  const engines = readEngines(machine.root);
  if (engines.length === 0) {
    if (!isCheckout(machine.root)) tellCompiling(`${enginePackage()} is not installed`);
    return undefined;
  }
  const usable = engines.filter((engine) => compareVersions(glibcVersion(), engine.glibc) >= 0);
  if (usable.length === 0) {
    return tellCompiling(`the prebuilt engine needs glibc ${engines[0].glibc}, and this system has ${glibcVersion()}`);
  }
  const pinned = usable.findLast(({ source }) => source !== undefined)?.source.version ?? 'none';
  const search = { ...machine, downloaded: libtorchFolder(machine.root, machine.environment, pinned) };
  const libtorch = findLibtorch(search) ?? (await bringLibtorch(usable, search));
  if (libtorch === undefined)
    return tellCompiling('no libtorch that the prebuilt engine fits is there or can be fetched');
  const fitting = usable.find((engine) => misfit(engine, libtorch) === undefined);
  if (fitting === undefined) return tellCompiling(misfits(usable, libtorch));
  if (libtorch.system && hasApt() && !existsSync(machine.openblas ?? openblasFolder())) {
    await refreshLists(['libopenblas0-openmp'], machine);
    await aptInstall(['libopenblas0-openmp'], machine);
  }
  const failure = await place(machine.root, fitting, libtorch);
  return failure === undefined ? libtorch : tellCompiling(failure);
}

function tellCompiling(reason) {
  say(`${reason}: compiling the engine instead`);
  return undefined;
}

function misfits(engines, libtorch) {
  const own = engines.find((engine) => engine.libtorch === minorOf(libtorch.version));
  if (own !== undefined) return misfit(own, libtorch);
  return `the prebuilt engine is for libtorch ${engines.map((engine) => engine.libtorch).join(', ')}, and ${libtorch.source} is ${libtorch.version}`;
}

/** @returns {string | undefined} why the engine cannot run on this libtorch */
function misfit(engine, libtorch) {
  if (engine.libtorch !== minorOf(libtorch.version)) return `libtorch is ${libtorch.version}, not ${engine.libtorch}`;
  if (engine.cxx11 !== libtorch.cxx11)
    return `${libtorch.source} was built with the ${nameAbi(libtorch)} C++ ABI, and the prebuilt engine with the ${nameAbi(engine)} one`;
  if (libtorch.cuda) return `${libtorch.source} has CUDA, and the prebuilt engine is for processors only`;
  return undefined;
}

function nameAbi({ cxx11 }) {
  return cxx11 ? 'new' : 'old';
}

function minorOf(version) {
  return version.split('.').slice(0, 2).join('.');
}

/** @param {string} a @param {string} b @returns {number} */
export function compareVersions(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** "0" without glibc (musl), and a high number on systems without a choice of C library (macOS). */
function glibcVersion() {
  if (process.platform !== 'linux') return '99';
  return process.report.getReport().header.glibcVersionRuntime ?? '0';
}

/** Installs Debian's libraries if apt has them for one of the engines, otherwise those of PyTorch's archive. */
async function bringLibtorch(engines, machine) {
  if (hasApt() && (machine.isRoot || machine.mode === 'ask')) {
    const names = engines.map((engine) => `libtorch${engine.libtorch}`);
    await refreshLists(['libopenblas0-openmp'], machine);
    const name = names.findLast((candidate) => candidateVersion(candidate) !== undefined);
    if (name !== undefined) {
      await aptInstall([name, 'libopenblas0-openmp'], machine);
      return findLibtorch(machine);
    }
  }
  const engine = engines.findLast(({ source }) => source !== undefined);
  if (engine === undefined) return undefined;
  await fetchLibraries({ ...machine, folder: machine.downloaded, source: engine.source });
  return findLibtorch(machine);
}

/**
 * Copies the addon, links libtorch's libraries next to it, and loads it once in a process of its own.
 * @returns {Promise<string | undefined>} why it does not load
 */
async function place(root, engine, libtorch) {
  const build = join(root, 'build');
  const [file, stamp] = [join(build, 'attune.node'), join(build, 'attune.json')];
  const key = createHash('sha256')
    .update(readFileSync(join(engine.folder, 'attune.node')))
    .update(JSON.stringify(libtorch))
    .digest('hex')
    .slice(0, 20);
  if (existsSync(file) && readKey(stamp) === key && (await tryLoading(file)) === undefined) return undefined;
  try {
    mkdirSync(build, { recursive: true });
    linkLibraries(join(build, 'lib'), libtorch);
    const temporary = temporaryPath(file);
    copyFileSync(join(engine.folder, 'attune.node'), temporary);
    renameSync(temporary, file);
  } catch (error) {
    throw new SetupError(`The engine cannot be written to ${build}: ${error.message}`, [
      'make the folder writable or free some space, then run the set-up again',
    ]);
  }
  const failure = await tryLoading(file);
  if (failure !== undefined) {
    rmSync(file, { force: true });
    refuseMissingLibrary(failure, libtorch);
    return `the prebuilt engine does not load (${failure})`;
  }
  writeFileSync(stamp, `${JSON.stringify({ key, prebuilt: engine.libtorch, libtorch }, null, 2)}\n`);
  return undefined;
}

function readKey(stamp) {
  try {
    return JSON.parse(readFileSync(stamp, 'utf8')).key;
  } catch {
    return undefined;
  }
}

/**
 * Links Debian's three libraries under their plain names; for any other libtorch all of its libraries, with its OpenMP
 * for the addon.
 */
function linkLibraries(folder, { libraries, system }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (!system) {
    const files = libraryFolders(libraries).flatMap((place) => readdirSync(place).map((name) => join(place, name)));
    for (const file of files.filter((name) => /\.(so|dylib)(\.|$)/.test(name)))
      symlinkSync(file, join(folder, basename(file)));
    const names = readdirSync(folder);
    const openmp = names.find((name) => /^libgomp-\w+\.so\.1/.test(name));
    if (openmp !== undefined && !names.includes('libgomp.so.1')) symlinkSync(openmp, join(folder, 'libgomp.so.1'));
  }
  for (const name of ['torch', 'torch_cpu', 'c10']) {
    const target = join(folder, libraryName(name));
    if (!existsSync(target)) symlinkSync(libraryFile(libraries, name), target);
  }
}

/** A compiled engine would need the same library. */
function refuseMissingLibrary(failure, { libraries, source }) {
  const name = /([^\s:]+): cannot open shared object/.exec(failure)?.[1];
  if (name === undefined) return;
  const owner = ask('dpkg-query', ['--search', `*/${name}`])?.split(':')[0];
  const reinstall = `apt-get install --reinstall ${owner}, then: ${SETUP}`;
  const fetchAgain = `rm -r ${dirname(libraries)}, then: ${SETUP}   (it is fetched again)`;
  throw new SetupError(`libtorch cannot be loaded: ${source} needs ${name}, which is missing`, [
    ...(source === FETCHED ? [fetchAgain] : owner === undefined ? [] : [reinstall]),
    `or name another libtorch: ATTUNE_LIBTORCH=/its/folder ${SETUP}`,
  ]);
}

async function tryLoading(file) {
  const code = `process.dlopen({ exports: {} }, ${JSON.stringify(file)})`;
  // See src/engine/tensor/engine.ts for the variable.
  const { status, output } = await collect(process.execPath, ['-e', code], {
    env: { ...process.env, UCX_MEM_EVENTS: 'no' },
  });
  if (status === 0) return undefined;
  return /Error: (.+)/.exec(output)?.[1] ?? `status ${status}`;
}
