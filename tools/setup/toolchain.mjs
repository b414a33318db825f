/** The compiler, its flags, and what an object file depends on. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installNode, isCheckout } from './features.mjs';
import { nodeHeaders, triplet } from './libtorch.mjs';
import { ask } from './process.mjs';
import { SetupError } from './report.mjs';

const AVX512 = ['f', 'bw', 'dq', 'vl', 'bf16', 'vnni']
  .map((part) => `-mavx512${part}`)
  .concat(['-mavx2', '-mfma', '-mf16c']);
const AVX2 = ['-mavx2', '-mfma', '-mf16c'];

/**
 * The compiler, its version and the flags shared by all files.
 * @param {import('./addon.mjs').AddonPlan} plan
 */
export function toolchain({ root, libtorch, arch = process.arch }) {
  const compiler = process.env.CXX || ownCompiler(arch);
  const version = ask(compiler, ['--version'])?.split('\n')[0];
  if (version === undefined) throw new SetupError(`No C++ compiler: ${compiler} does not run`, compilerFixes(arch));
  if (nodeHeaders(root) === undefined && !isCheckout(root)) installNode(root);
  const headers = nodeHeaders(root);
  if (headers === undefined) {
    throw new SetupError('node_api.h is not in node_modules', ['npm ci --include=optional --include=dev']);
  }
  const flags = [
    // libtorch's headers need C++20 since 2.9; older versions were built with C++17.
    isNewer(libtorch.version, 2, 9) ? '-std=c++20' : '-std=c++17',
    '-fPIC',
    '-g0',
    '-Wall',
    // Warnings of GCC inside libtorch's inlined headers, which we cannot fix.
    ...(process.platform === 'darwin'
      ? []
      : ['-Wno-stringop-overflow', '-Wno-array-bounds', '-Wno-maybe-uninitialized']),
    // Headers declare only the operators that they use, not all 3,000: this halves the compile time.
    '-DAT_PER_OPERATOR_HEADERS',
    '-DNAPI_VERSION=9',
    `-D_GLIBCXX_USE_CXX11_ABI=${libtorch.cxx11 ? 1 : 0}`,
    ...(process.platform === 'darwin' ? [] : ['-fopenmp']),
    ...(libtorch.cuda ? ['-DATTUNE_CUDA=1'] : []),
    ...libtorch.includes.flatMap((folder) => (folder === '/usr/include' ? [] : ['-isystem', folder])),
  ];
  // Identified by content, not by path: a copied or moved checkout is not recompiled.
  const api = includedTexts(join(headers, 'node_api.h'));
  const identity = [version, `libtorch ${libtorch.version} ${libtorch.libraries}`, ...api];
  return { compiler, identity, flags, headers };
}

function ownCompiler(arch) {
  if (process.platform === 'darwin') return 'clang++';
  return `${crossPrefix(arch)}g++`;
}

/** @returns {string} what the names of GCC's tools for another processor begin with: "aarch64-linux-gnu-" */
export function crossPrefix(arch) {
  return arch === process.arch ? '' : `${triplet(arch)}-`;
}

function isNewer(version, major, minor) {
  const [actualMajor, actualMinor] = version.split('.').map(Number);
  return actualMajor > major || (actualMajor === major && actualMinor >= minor);
}

function compilerFixes(arch) {
  if (process.platform === 'darwin') return ['xcode-select --install'];
  if (arch !== process.arch) return [`apt-get install g++-${triplet(arch).replace('_', '-')} (Debian, Ubuntu)`];
  return ['apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora), or set CXX to a C++17 compiler'];
}

/** A file named after an instruction set is compiled with it. */
export function instructionFlags(name) {
  if (name.endsWith('_avx512.cpp')) return ['-O3', ...AVX512];
  if (name.endsWith('_avx2.cpp')) return ['-O3', ...AVX2];
  return ['-O2'];
}

/** Text of the file and of all headers that it includes by a quoted name, recursively. */
export function includedTexts(file, seen = new Set()) {
  if (seen.has(file) || !existsSync(file)) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const headers = [...text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)].map((match) => join(dirname(file), match[1]));
  return [text, ...headers.flatMap((header) => includedTexts(header, seen))];
}
