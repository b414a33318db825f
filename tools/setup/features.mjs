/**
 * Packages that npm does not install with attune: those of rarely used features, and a Node for machines with an older
 * one. They are stored in two user folders, which every attune of that user searches after its own node_modules.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { npm } from './packages.mjs';
import { SetupError, say, since, size } from './report.mjs';
import { temporaryPath } from './temporary.mjs';

const NPM_OPTIONS = ['--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--no-global', '--loglevel=error'];
/** npm's exit status for ENOSPC: -28, as a byte. */
const NO_SPACE = 228;

/** The folder of `attuneCache` (src/base/home.ts). */
export function cacheFolder({ ATTUNE_HOME, XDG_CACHE_HOME } = process.env) {
  if (ATTUNE_HOME) return join(resolve(ATTUNE_HOME), 'cache');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'attune');
}

/**
 * libtorch lies in the cache of the user, so that each `npx` finds the same; a checkout has its own.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} version
 */
export function libtorchFolder(root, environment, version) {
  if (isCheckout(root)) return join(root, 'build/libtorch');
  return join(cacheFolder(environment), `libtorch-${version}`);
}

export function isCheckout(root) {
  return existsSync(join(root, 'package-lock.json'));
}

/** @param {string} root @param {string[]} names "ocr", "s3" */
export function installFeatures(root, names) {
  const { features, peerDependencies } = readManifest(root);
  const unknown = names.filter((name) => !Object.hasOwn(features, name));
  if (unknown.length > 0)
    throw new SetupError(`--with does not know ${unknown.join(', ')}`, [
      `--with one of ${Object.keys(features).join(', ')}`,
    ]);
  const packages = new Set(names.flatMap((name) => features[name].packages));
  install(
    [...packages].map((name) => `${name}@${peerDependencies[name]}`),
    names.join(', '),
    join(cacheFolder(), 'packages'),
  );
}

/** Node 24 for this machine. */
export function installNode(root) {
  const { optionalDependencies, peerDependencies } = readManifest(root);
  const versions = { ...optionalDependencies, ...peerDependencies };
  const machine = `${process.platform}-${process.arch}`;
  const name = [`node-${machine}`, `node-bin-${machine}`].find((candidate) => versions[candidate] !== undefined);
  if (name === undefined)
    throw new SetupError(`npm has no Node 24 for ${machine}, and this is Node ${process.versions.node}`, [
      'install Node 24 or newer: https://nodejs.org',
    ]);
  say(`attune runs on Node 24, and this is ${process.versions.node}`);
  install([`${name}@${versions[name]}`], `Node ${versions[name]}`, join(cacheFolder(), 'node'));
}

function readManifest(root) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

/**
 * npm works on a copy, which replaces the folder when it is complete: on a full disk or after a kill npm leaves half a
 * package, and would consider it complete the next time.
 */
function install(packages, purpose, folder) {
  const start = Date.now();
  say(`installing ${purpose} (${packages.join(', ')}) to ${folder}`);
  const copy = temporaryPath(folder);
  try {
    copyFolder(folder, copy);
    const status = npm(['install', '--prefix', copy, ...NPM_OPTIONS, ...packages], copy);
    if (status !== 0) throw npmFailed(status, purpose, folder);
    rmSync(folder, { recursive: true, force: true });
    renameSync(copy, folder);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(`${folder} cannot be written: ${error.message}`, [
      'make the folder writable, or name another: XDG_CACHE_HOME or ATTUNE_HOME',
    ]);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  say(`installed in ${since(start)}`);
}

/** Includes package.json and the lock file, so that npm keeps the installed packages. */
function copyFolder(folder, copy) {
  mkdirSync(copy, { recursive: true });
  if (existsSync(folder)) cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  else writeFileSync(join(copy, 'package.json'), '{ "private": true, "description": "packages of attune" }\n');
}

function npmFailed(status, purpose, folder) {
  const { bavail, bsize } = statfsSync(dirname(folder));
  const what = `${purpose} cannot be installed: npm ended with ${status}; ${size(bavail * bsize)} were free in ${dirname(folder)}`;
  const fix =
    status === NO_SPACE
      ? 'free some space there and in ~/.npm, or name another folder: XDG_CACHE_HOME'
      : "read npm's message above";
  return new SetupError(what, [`${fix}; then run the same command again`]);
}
