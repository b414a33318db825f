/** Installs the npm packages if node_modules is missing or does not match package-lock.json. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { libcName, show } from './process.mjs';
import { SetupError, say, since, size } from './report.mjs';

/**
 * @param {string} root the package's folder; nothing is done without a package-lock.json (installed from npm) @returns
 * {boolean} whether anything was installed
 */
export function ensurePackages(root) {
  if (!existsSync(join(root, 'package-lock.json'))) return false;
  linkWorkspaces(root);
  const before = missingPackages(root);
  if (before.length === 0 || isAccepted(root, before)) return false;
  say(
    `installing npm packages: ${before.length} missing or stale (${before.slice(0, 3).join(', ')}${before.length > 3 ? ', …' : ''})`,
  );
  const start = Date.now();
  // npm warns that Node 20 is too old for some packages; they run on the Node 24 that it installs here.
  // Both kinds are included explicitly, so that NODE_ENV=production or a user's omit= setting does not leave out the
  // compiler or Node 24.
  const status = npm(
    ['ci', '--include=optional', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    root,
  );
  if (status !== 0) {
    throw new SetupError(`npm ci ended with ${status}`, [
      "read npm's message above, then: npm ci --include=optional --include=dev",
    ]);
  }
  accept(root, missingPackages(root));
  say(`npm packages installed in ${since(start)}: ${size(folderBytes(join(root, 'node_modules')))} on disk`);
  return true;
}

/** Links the checkout's own packages into node_modules, as npm does: often nothing else has changed after a pull. */
function linkWorkspaces(root) {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return;
  for (const [path, { link, resolved }] of Object.entries(readLock(join(root, 'package-lock.json')))) {
    if (!link || isLink(root, path, resolved)) continue;
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    rmSync(place, { recursive: true, force: true });
    symlinkSync(relative(dirname(place), join(root, resolved)), place, 'dir');
  }
}

function isLink(root, path, resolved) {
  const [place, target] = [join(root, path), join(root, resolved)];
  return existsSync(place) && existsSync(target) && realpathSync(place) === realpathSync(target);
}

/**
 * Packages in package-lock.json that node_modules lacks, by npm's own record of it.
 * @param {string} root
 * @returns {string[]} paths such as "node_modules/zod"
 */
export function missingPackages(root) {
  const wanted = readLock(join(root, 'package-lock.json'));
  const installed = readLock(join(root, 'node_modules/.package-lock.json'));
  const links = Object.entries(wanted).filter(([path, { link, resolved }]) => link && isLink(root, path, resolved));
  const linked = new Set(links.map(([, { resolved }]) => resolved));
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && !entry.link && !isSame(installed[path], entry) && isNeeded(entry))
    .filter(([path]) => !linked.has(path))
    .map(([path]) => path);
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    // Missing or incomplete: npm writes this file last, so the installation was interrupted.
    return {};
  }
}

function isSame(installed, wanted) {
  return installed !== undefined && installed.version === wanted.version && installed.integrity === wanted.integrity;
}

/**
 * npm skips optional packages for another os, cpu or libc, and the packages that only they need. Of the optional ones
 * only those for this machine therefore count as missing.
 */
function isNeeded({ optional, os, cpu, libc }) {
  if (!optional) return true;
  if (os === undefined && cpu === undefined) return false;
  return allows(os, () => process.platform) && allows(cpu, () => process.arch) && allows(libc, libcName);
}

function allows(list, current) {
  if (list === undefined) return true;
  const names = [list].flat();
  const value = current();
  if (names.includes(`!${value}`)) return false;
  return names.every((name) => name.startsWith('!')) || names.includes(value);
}

/** An optional package that npm failed to install is not tried again until the lock file changes. */
function isAccepted(root, missing) {
  const file = join(root, 'node_modules/.attune-accepted');
  return existsSync(file) && readFileSync(file, 'utf8') === fingerprint(root, missing);
}

function accept(root, missing) {
  if (missing.length === 0) return;
  say(`npm left out: ${missing.join(', ')}`);
  writeFileSync(join(root, 'node_modules/.attune-accepted'), fingerprint(root, missing));
}

function fingerprint(root, missing) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return hash.update(missing.join('\n')).digest('hex');
}

/** The npm that started this program, on the Node that runs it; else the one in the PATH. */
export function npm(parameters, root) {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  if (script?.endsWith('npm-cli.js') && node && existsSync(node) && existsSync(script)) {
    return show(node, [script, ...parameters], { cwd: root });
  }
  return show('npm', parameters, { cwd: root });
}

function folderBytes(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((bytes, entry) => bytes + lstatSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}
