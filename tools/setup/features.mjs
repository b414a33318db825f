/**
 * Packages that npm does not install with attune: those of features that few need, and a Node for machines that have an
 * older one. They lie in one folder of the user, which every attune of that user searches after its own node_modules.
 */
import { existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { npm } from './packages.mjs';
import { SetupError, say, since, size } from './report.mjs';

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
  install([`${name}@${versions[name]}`], `Node ${versions[name]}, since this one is ${process.versions.node}`);
}

function readManifest(root) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

/** npm writes package.json and a lock there: what is installed later keeps what is there. */
function install(packages, purpose) {
  const folder = join(cacheFolder(), 'packages');
  const start = Date.now();
  say(`installing ${purpose} (${packages.join(', ')}) to ${folder}`);
  let status;
  try {
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, 'package.json')))
      writeFileSync(
        join(folder, 'package.json'),
        '{ "private": true, "description": "optional packages of attune" }\n',
      );
    const options = ['--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--no-global', '--loglevel=error'];
    status = npm(['install', '--prefix', folder, ...options, ...packages], folder);
  } catch (error) {
    throw new SetupError(`${folder} cannot be written: ${error.message}`, [
      'make the folder writable, or name another: XDG_CACHE_HOME or ATTUNE_HOME',
    ]);
  }
  if (status !== 0)
    throw new SetupError(`npm install ended with ${status}; ${freeIn(folder)} are free in ${folder}`, [
      "read npm's message above, and run the same command again",
    ]);
  say(`installed in ${since(start)}`);
}

function freeIn(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return size(bavail * bsize);
}
