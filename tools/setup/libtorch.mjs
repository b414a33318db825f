/**
 * Finds a libtorch on the machine: that in ATTUNE_LIBTORCH, the system's, or that of a Python torch (never imported).
 */
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { cacheFolder } from './features.mjs';
import { SetupError } from './report.mjs';
import { ask, which } from './process.mjs';

export const OLDEST = '2.6.0';
/** Source of a libtorch that the set-up has fetched. */
export const FETCHED = 'the official archive';

/**
 * @typedef {object} Libtorch
 * @property {string} version "2.6.0"
 * @property {string[]} includes folders with ATen/ and torch/; empty where only libraries are there
 * @property {string} libraries folder with libtorch_cpu.so
 * @property {string} source for people: "Debian's libtorch-dev"
 * @property {boolean} cuda whether libtorch_cuda is beside it
 * @property {boolean} cxx11 the C++ ABI that it was built with
 * @property {boolean} system whether the system's loader finds it without a path
 */

/** Folders in which systems keep their libraries. */
export const PREFIXES = ['/usr', '/usr/local', '/opt/libtorch', '/opt/homebrew'];

/**
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.environment
 * @param {string} options.downloaded folder of an earlier archive download
 * @param {string[]} [options.prefixes]
 * @param {string} [options.arch] the processor that it is for: this machine's by default
 * @returns {Libtorch | undefined}
 */
export function findLibtorch({ environment, downloaded, prefixes = PREFIXES, arch = process.arch }) {
  const chosen = environment.ATTUNE_LIBTORCH;
  if (chosen) return fromVariable(resolve(chosen), arch);
  return findSystem(prefixes, arch) ?? findPython(environment) ?? readLibtorch(downloaded, FETCHED);
}

/** A folder that the user specifies is used or refused, never silently skipped. */
function fromVariable(folder, arch) {
  const found = readLibtorch(folder, 'ATTUNE_LIBTORCH') ?? readSystem(folder, 'ATTUNE_LIBTORCH', arch);
  if (found === undefined) {
    throw new SetupError(
      `ATTUNE_LIBTORCH=${folder} holds no libtorch (include/torch and lib/${libraryName('torch_cpu')})`,
      ['name the folder that has lib/ in it (and include/, to compile the engine), or unset ATTUNE_LIBTORCH'],
    );
  }
  if (!isRecent(found.version)) {
    throw new SetupError(`ATTUNE_LIBTORCH=${folder} is libtorch ${found.version}; attune needs ${OLDEST} or newer`, [
      'name a newer one, or unset ATTUNE_LIBTORCH',
    ]);
  }
  return found;
}

function findSystem(prefixes, arch) {
  for (const prefix of prefixes) {
    const source = `the system's (${prefix})`;
    const found = readSystem(prefix, source, arch) ?? readLibtorch(prefix, source);
    if (found && isRecent(found.version)) return found;
  }
  return undefined;
}

/** Debian's layout: libraries in the folder of the architecture. */
function readSystem(prefix, source, arch) {
  const folder = [join(prefix, 'lib', triplet(arch)), join(prefix, 'lib64'), join(prefix, 'lib')].find(
    (candidate) => libraryFile(candidate, 'torch_cpu') !== undefined,
  );
  if (folder === undefined) return undefined;
  return describe(join(prefix, 'include'), folder, source, prefix === '/usr');
}

/** Locates a Python torch by asking for the package's path; importing it would take seconds. */
function findPython(environment) {
  const code =
    'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s and s.submodule_search_locations else "")';
  for (const python of pythons(environment)) {
    const folder = ask(python, ['-c', code]);
    const found = folder ? readLibtorch(folder, `Python's torch (${folder})`) : undefined;
    if (found && isRecent(found.version)) return found;
  }
  return undefined;
}

function pythons(environment) {
  const active = [environment.VIRTUAL_ENV, environment.CONDA_PREFIX]
    .filter(Boolean)
    .map((prefix) => join(prefix, 'bin', 'python'));
  const onPath = ['python3', 'python'].map((name) => which(name)).filter((path) => path !== undefined);
  return [...new Set([...active.filter((path) => existsSync(path)), ...onPath])];
}

/**
 * Reads a folder with the layout of the official archive and of Python's torch: include/ and lib/.
 * @param {string} folder
 * @param {string} source
 * @returns {Libtorch | undefined}
 */
export function readLibtorch(folder, source) {
  if (libraryFile(join(folder, 'lib'), 'torch_cpu') === undefined) return undefined;
  return describe(join(folder, 'include'), join(folder, 'lib'), source, false);
}

function describe(include, libraries, source, system) {
  const api = join(include, 'torch/csrc/api/include');
  const version = readVersion(include) ?? versionOfLibraries(libraries);
  const core = libraryFile(libraries, 'c10');
  if (version === undefined || core === undefined) return undefined;
  return {
    version,
    includes: existsSync(join(include, 'ATen/core/dispatch/Dispatcher.h')) ? [include, api] : [],
    libraries,
    source,
    cuda: existsSync(join(libraries, libraryName('torch_cuda'))),
    cxx11: hasCxx11Abi(core),
    system,
  };
}

function readVersion(include) {
  for (const path of ['torch/csrc/api/include/torch/version.h', 'torch/headeronly/version.h', 'torch/version.h']) {
    const file = join(include, path);
    if (!existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    const part = (name) => new RegExp(`#define TORCH_VERSION_${name} (\\d+)`).exec(text)?.[1];
    const parts = [part('MAJOR'), part('MINOR'), part('PATCH')];
    if (parts.every((value) => value !== undefined)) return parts.join('.');
  }
  return undefined;
}

/**
 * Version without headers: from the full name of Debian's library, or from the file next to lib/ in archives and
 * wheels.
 */
function versionOfLibraries(libraries) {
  const name = basename(realpathSync(libraryFile(libraries, 'torch_cpu')));
  const texts = ['build-version', 'version.py'].map((file) => join(dirname(libraries), file)).filter(existsSync);
  return [name, ...texts.map((file) => readFileSync(file, 'utf8'))]
    .map((text) => /\d+\.\d+\.\d+/.exec(text)?.[0])
    .find((version) => version !== undefined);
}

/**
 * @param {string} folder
 * @param {string} name "c10"
 * @returns {string | undefined} libc10.so, or libc10.so.2.6 where Debian's development package is missing
 */
export function libraryFile(folder, name) {
  const plain = libraryName(name);
  if (existsSync(join(folder, plain))) return join(folder, plain);
  if (!existsSync(folder)) return undefined;
  const numbered = readdirSync(folder).find(
    (file) => file.startsWith(`${plain}.`) && /^[\d.]+$/.test(file.slice(plain.length)),
  );
  return numbered === undefined ? undefined : join(folder, numbered);
}

/**
 * Folders of a libtorch's libraries: auditwheel, which repairs the wheels for arm64, puts BLAS and OpenMP in torch.libs/.
 * @param {string} libraries folder with libtorch_cpu.so
 * @returns {string[]}
 */
export function libraryFolders(libraries) {
  return [libraries, join(libraries, '../../torch.libs')].filter((folder) => existsSync(folder));
}

/**
 * Wheels before 2.7 were often built with the old ABI of std::string; the symbol of c10::Error's constructor tells
 * which one.
 */
function hasCxx11Abi(file) {
  return !readFileSync(file).includes('_ZN3c105ErrorC1ENS_14SourceLocationESs');
}

/**
 * @param {string} version
 * @returns {boolean} whether it is OLDEST or newer
 */
export function isRecent(version) {
  const [major, minor] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** @param {string} name "c10" gives "libc10.so" or "libc10.dylib" */
export function libraryName(name) {
  return process.platform === 'darwin' ? `lib${name}.dylib` : `lib${name}.so`;
}

/** @returns {string} the folder that Debian names after the architecture */
export function triplet(arch = process.arch) {
  const known = {
    x64: 'x86_64-linux-gnu',
    arm64: 'aarch64-linux-gnu',
    ppc64: 'powerpc64le-linux-gnu',
    riscv64: 'riscv64-linux-gnu',
    s390x: 's390x-linux-gnu',
  };
  return known[arch] ?? `${arch}-linux-gnu`;
}

/** @returns {string} where Debian installs the BLAS that works together with OpenMP */
export function openblasFolder(arch = process.arch) {
  return `/usr/lib/${triplet(arch)}/openblas-openmp`;
}

/**
 * @param {string} root
 * @returns {string | undefined} folder of node_api.h, from the Node that npm installed or the running one
 */
export function nodeHeaders(root) {
  const candidates = nodePackages(root).map((folder) => join(folder, 'include/node'));
  candidates.push(join(dirname(process.execPath), '../include/node'), '/usr/include/node');
  return candidates.find((folder) => existsSync(join(folder, 'node_api.h')));
}

/**
 * @param {string} root
 * @returns {string | undefined} the Node that npm installed
 */
export function localNode(root) {
  return nodePackages(root)
    .map((folder) => join(folder, 'bin/node'))
    .find((file) => existsSync(file));
}

/**
 * Possible folders of the npm packages with this machine's Node: in the checkout, or next to the package where it is a
 * dependency.
 */
function nodePackages(root) {
  const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
  const folders = [];
  for (let folder = root; ; folder = dirname(folder)) {
    folders.push(...names.map((name) => join(folder, 'node_modules', name)));
    if (folder === dirname(folder)) break;
  }
  return [...folders, ...names.map((name) => join(cacheFolder(), 'node/node_modules', name))];
}
