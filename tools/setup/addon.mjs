/**
 * Builds build/attune.node from the .cpp files in native/: one compiler call per file, then one link. Object files are
 * cached under a hash of the source, the local headers that it includes, the flags, the compiler and libtorch: only
 * changed files are compiled. A file named *_avx512.cpp or *_avx2.cpp is compiled with those instructions, and only on
 * x86-64.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { libraryName, openblasFolder } from './libtorch.mjs';
import { collect } from './process.mjs';
import { SETUP, SetupError, say, since, size } from './report.mjs';
import { temporaryPath } from './temporary.mjs';
import { includedTexts, instructionFlags, toolchain } from './toolchain.mjs';

const JOBS = 2;
/** libtorch headers that take longer to parse than the files that include them take to compile. */
const SHARED_HEADERS = ['torch/csrc/autograd/custom_function.h', 'torch/custom_class.h', 'torch/library.h'];
/**
 * With this many files it pays to parse the headers once and let every compilation map GCC's result (300 MB during
 * compilation).
 */
const SHARED_FROM = 6;
const DAY = 24 * 3600 * 1000;

/**
 * @typedef {object} AddonPlan
 * @property {string} root the package's folder
 * @property {import('./libtorch.mjs').Libtorch} libtorch
 * @property {string} [sources] folder of the .cpp files; native/ by default
 * @property {string} [output] folder of the result; build/ by default
 * @property {string} [objects] folder of the object files; objects/ in the output folder by default
 * @property {boolean} [portable] for other machines: libtorch is looked for in lib/ next to the addon, under plain names
 * @property {string} [arch] the processor to compile for, on Linux: "arm64"; this machine's by default
 */

/**
 * @param {AddonPlan} plan
 * @returns {Promise<{ file: string, compiled: number }>} the addon and how many files had to be compiled
 */
export async function buildAddon(plan) {
  const sources = plan.sources ?? join(plan.root, 'native');
  const output = plan.output ?? join(plan.root, 'build');
  const file = join(output, 'attune.node');
  const objects = plan.objects ?? join(output, 'objects');
  const { arch = process.arch } = plan;
  const units = planUnits(sources, objects, { arch, ...toolchain(plan) });
  const link = plan.portable ? portableFlags(join(output, 'names'), arch) : linkFlags(plan.libtorch);
  const key = digest([...units.map((unit) => unit.key), ...link]);
  const stamp = join(output, 'attune.json');
  if (existsSync(file) && readKey(stamp) === key) return { file, compiled: 0 };

  for (const folder of [output, objects]) mkdirSync(folder, { recursive: true });
  const missing = units.filter((unit) => !existsSync(unit.object));
  await compileAll(missing);
  if (plan.portable) await writeNames(join(output, 'names'), units[0].compiler);
  await linkAddon({ units, file, link, compiler: units[0].compiler });
  writeFileSync(
    stamp,
    `${JSON.stringify({ key, libtorch: plan.libtorch, sources: units.map((unit) => unit.name) }, null, 2)}\n`,
  );
  dropStale(objects, units);
  return { file, compiled: missing.length };
}

function readKey(stamp) {
  try {
    return JSON.parse(readFileSync(stamp, 'utf8')).key;
  } catch {
    return undefined;
  }
}

/** One entry per source file. The name of its object file is a hash of everything that it was compiled from. */
function planUnits(sources, objects, { arch, compiler, identity, flags, headers }) {
  const names = existsSync(sources) ? readdirSync(sources, { recursive: true, encoding: 'utf8' }) : [];
  const wanted = names
    .filter((name) => name.endsWith('.cpp') && (arch === 'x64' || !/_avx(2|512)\.cpp$/.test(name)))
    .toSorted(byName);
  if (wanted.length === 0)
    throw new SetupError(`${sources} contains no .cpp files`, ['the checkout is incomplete: clone it again']);
  return wanted.map((name) => {
    const source = join(sources, name);
    const keyed = [...flags, ...instructionFlags(name)];
    const includes = includedTexts(source);
    const key = digest([...identity, compiler, ...keyed, ...includes]);
    const object = join(objects, `${name.replace(/\.cpp$/, '').replaceAll(sep, '-')}.${key}.o`);
    const folders = [`-I${headers}`, '-idirafter', join(sources, 'stand-ins')];
    return { name, source, compiler, includes, flags: [...folders, ...keyed], key, object };
  });
}

function byName(a, b) {
  return a < b ? -1 : 1;
}

function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 20);
}

async function compileAll(units) {
  const [large, small] = [units.filter(readsShared), units.filter((unit) => !readsShared(unit))];
  const waiting = [...small, ...large];
  const failures = [];
  const isWorth = large.length >= SHARED_FROM && process.platform !== 'darwin';
  const shared = isWorth ? precompile(large[0]) : undefined;
  const work = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      const failure = await compileUnit(unit, readsShared(unit) ? await shared : undefined);
      if (failure !== undefined) failures.push(failure);
    }
  };
  // The compilation of the shared header counts as one of the parallel jobs.
  await Promise.all(
    Array.from({ length: JOBS }, (_, job) => (job === 0 ? Promise.resolve(shared).then(work) : work())),
  );
  for (const file of (await shared) ?? []) rmSync(file, { force: true });
  if (failures.length > 0)
    throw new SetupError(failures.join('\n'), ['the compiler\'s first "error:" line above says where']);
}

function readsShared({ includes }) {
  return includes.some((text) => SHARED_HEADERS.some((header) => text.includes(`#include <${header}>`)));
}

/**
 * @returns {Promise<string[] | undefined>} the header and its precompiled form; undefined where the compiler makes none
 */
async function precompile({ compiler, flags, object }) {
  const header = temporaryPath(join(dirname(object), 'libtorch.hpp'));
  const made = `${header}.gch`;
  writeFileSync(header, SHARED_HEADERS.map((name) => `#include <${name}>\n`).join(''));
  const { status } = await collect(compiler, [...flags, '-x', 'c++-header', header, '-o', made]);
  if (status === 0) return [header, made];
  for (const file of [header, made]) rmSync(file, { force: true });
  return undefined;
}

async function compileUnit({ name, source, compiler, flags, object }, [header] = []) {
  const start = Date.now();
  const temporary = temporaryPath(object);
  const first = header === undefined ? [] : ['-include', header];
  const { status, output } = await collect(compiler, [...flags, ...first, '-c', source, '-o', temporary]);
  if (status !== 0) {
    rmSync(temporary, { force: true });
    return `${name} does not compile (${compiler} exited with ${status}):\n${output.trim()}`;
  }
  if (output.trim() !== '') process.stderr.write(output);
  renameSync(temporary, object);
  say(`compiled native/${name} in ${since(start)}`);
  return undefined;
}

function linkFlags({ libraries, cuda, system }) {
  const names = ['torch', 'torch_cpu', 'c10', ...(cuda ? ['torch_cuda', 'c10_cuda'] : [])].map((name) => `-l${name}`);
  if (process.platform === 'darwin') {
    return ['-bundle', '-undefined', 'dynamic_lookup', `-L${libraries}`, ...names, `-Wl,-rpath,${libraries}`];
  }
  // Old-style DT_RPATH also applies to libtorch's own dependencies: its BLAS has to be the OpenMP one.
  const paths = [...(existsSync(openblasFolder()) ? [openblasFolder()] : []), ...(system ? [] : [libraries])];
  return [
    '-shared',
    '-fopenmp',
    `-L${libraries}`,
    '-Wl,--no-as-needed',
    ...names,
    '-Wl,--disable-new-dtags',
    ...paths.map((path) => `-Wl,-rpath,${path}`),
  ];
}

const TORCH = ['torch', 'torch_cpu', 'c10'];

/**
 * Flags of an addon for other machines. Debian's libraries have numbered names (libc10.so.2.6), PyTorch's have plain
 * ones: the addon asks for plain names, which the set-up links into lib/ next to it.
 */
function portableFlags(names, arch) {
  const torch = TORCH.map((name) => `-l${name}`);
  if (process.platform === 'darwin') {
    return ['-bundle', '-undefined', 'dynamic_lookup', `-L${names}`, ...torch, '-Wl,-rpath,@loader_path/lib'];
  }
  const paths = ['$ORIGIN/lib', openblasFolder(arch)].map((path) => `-Wl,-rpath,${path}`);
  return [
    '-shared',
    '-s',
    '-fopenmp',
    `-L${names}`,
    '-Wl,--no-as-needed',
    ...torch,
    '-Wl,--disable-new-dtags',
    ...paths,
  ];
}

/** Empty libraries, from which the linker takes nothing but their names. */
async function writeNames(folder, compiler) {
  mkdirSync(folder, { recursive: true });
  for (const name of TORCH.map(libraryName)) {
    const named = process.platform === 'darwin' ? `-Wl,-install_name,@rpath/${name}` : `-Wl,-soname,${name}`;
    const { status, output } = await collect(compiler, [
      '-shared',
      '-x',
      'c++',
      '/dev/null',
      '-o',
      join(folder, name),
      named,
    ]);
    if (status !== 0) throw new SetupError(`${name} cannot be linked:\n${output.trim()}`, ['reinstall the compiler']);
  }
}

async function linkAddon({ units, file, link, compiler }) {
  const start = Date.now();
  const temporary = temporaryPath(file);
  const { status, output } = await collect(compiler, [...units.map((unit) => unit.object), ...link, '-o', temporary]);
  if (status !== 0) {
    rmSync(temporary, { force: true });
    throw new SetupError(`The addon does not link (${compiler} exited with ${status}):\n${output.trim()}`, [
      `rm -r build && ${SETUP}, and if that fails too, report it with the lines above`,
    ]);
  }
  // Renamed into place, never overwritten: a running process may have mapped the old file.
  renameSync(temporary, file);
  say(`linked attune.node (${size(statSync(file).size)}) in ${since(start)}`);
}

/** Objects of other sources are deleted after a day: another branch or a parallel set-up may still need them. */
function dropStale(folder, units) {
  const kept = new Set(units.map((unit) => basename(unit.object)));
  for (const name of readdirSync(folder)) {
    if (kept.has(name)) continue;
    const file = join(folder, name);
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > DAY) rmSync(file, { force: true });
  }
}
