#!/usr/bin/env node
/**
 * Prepares a checkout or an installed package: npm packages, generated types, libtorch, a compiler, the addon. It needs
 * only Node 20 and npm, repairs what it can, and prints the command for the rest. A second run takes well under a
 * second.
 *
 *   node tools/setup.mjs [--yes] [--json] [--addon-only]
 *   npx attune setup [--yes] [--json] [--with FEATURE,…]        of an installed package
 *
 * ATTUNE_LIBTORCH is the path of a libtorch; ATTUNE_LIBTORCH_MIRROR and ATTUNE_LIBTORCH_SHA256 give another source of
 * the archive; ATTUNE_YES=1 answers every question with yes.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddon } from './setup/addon.mjs';
import { consentMode } from './setup/consent.mjs';
import { cacheFolder, installFeatures } from './setup/features.mjs';
import { ensureGenerated } from './setup/generated.mjs';
import { localNode } from './setup/libtorch.mjs';
import { prepareMachine } from './setup/machine.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { placePrebuilt } from './setup/prebuilt.mjs';
import { SETUP, SetupError, say, since } from './setup/report.mjs';
import { dropAbandoned } from './setup/temporary.mjs';

const OLDEST_NODE = 20;
/** `--told`: a user started it and gets a confirmation if nothing is to do; npm's scripts stay silent. */
const FLAGS = ['--yes', '--json', '--told', '--addon-only'];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { flags, features } = readFlags(process.argv.slice(2));

/** `--with a,b` and `--with=a`, also repeated. */
function readFlags(words) {
  const [flags, features] = [new Set(), []];
  for (let at = 0; at < words.length; at++) {
    const [name, value] = words[at].split(/=(.*)/s);
    if (name === '--with') features.push(...(value ?? words[++at] ?? '').split(','));
    else flags.add(words[at]);
  }
  return { flags, features };
}

async function setUp() {
  const start = Date.now();
  refuseStrangers();
  dropAbandoned([cacheFolder(), join(root, 'build'), join(root, 'build/objects')]);
  const changed = flags.has('--addon-only') ? false : ensurePackages(root);
  if (needsProxy()) return runAgainBehindProxy();
  if (!flags.has('--addon-only')) ensureGenerated(root);
  if (features.length > 0) installFeatures(root, features);
  const isRoot = process.getuid?.() === 0;
  const mode = consentMode({
    yes: flags.has('--yes'),
    terminal: process.stdin.isTTY === true,
    isRoot,
    environment: process.env,
  });
  const machine = { root, environment: process.env, mode, isRoot };
  const prebuilt = await placePrebuilt(machine);
  const libtorch = prebuilt ?? (await prepareMachine(machine));
  const compiled = prebuilt === undefined ? (await buildAddon({ root, libtorch })).compiled : 0;
  const { version, source } = libtorch;
  if (changed || compiled > 0) say(`ready in ${since(start)}: libtorch ${version}, ${source}`);
  else if (flags.has('--told')) say(`everything is there: libtorch ${version}, ${source}`);
  if (flags.has('--json'))
    print({ ready: true, libtorch: { version, source }, compiled, seconds: (Date.now() - start) / 1000 });
  return 0;
}

/** One JSON document, as every command prints with --json. */
function print(document) {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

function refuseStrangers() {
  for (const flag of flags) {
    if (FLAGS.includes(flag)) continue;
    throw new SetupError(`Unknown option ${flag}`, [`${SETUP} [--yes] [--json] [--with FEATURE]`]);
  }
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new SetupError(`Node ${process.versions.node} is too old`, [
      `install Node ${OLDEST_NODE} or newer: https://nodejs.org`,
    ]);
  }
  if (process.platform === 'win32') {
    throw new SetupError('Windows is only supported through WSL', [
      'wsl --install, and there the same commands as on Linux',
    ]);
  }
}

/**
 * Node 20 cannot fetch through a proxy. Node 24, which npm has just installed, can, if a variable is set before its
 * start.
 */
function needsProxy() {
  const { HTTPS_PROXY, https_proxy: lower, NODE_USE_ENV_PROXY } = process.env;
  return Boolean(HTTPS_PROXY || lower) && NODE_USE_ENV_PROXY === undefined && proxyNode() !== undefined;
}

function proxyNode() {
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : localNode(root);
}

function runAgainBehindProxy() {
  const environment = { ...process.env, NODE_USE_ENV_PROXY: '1' };
  const script = fileURLToPath(import.meta.url);
  return spawnSync(proxyNode(), [script, ...process.argv.slice(2)], { stdio: 'inherit', env: environment }).status ?? 1;
}

try {
  process.exitCode = await setUp();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`setup: ${error.message}\n`);
  if (flags.has('--json'))
    print({ error: { code: 'E_SETUP', what: error.what, fix: error.fixes.join('; '), problems: [], exitCode: 1 } });
  process.exitCode = 1;
}
