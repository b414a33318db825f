/** Packages of Debian: whether they are available, how large they are, and their installation. */
import { ask, collect, which } from './process.mjs';
import { askFirst } from './consent.mjs';
import { SetupError, say, since } from './report.mjs';

/** Number of lines of apt's output to show if it fails. */
const LINES_SHOWN = 20;

/**
 * @returns {boolean} whether this machine installs packages with apt
 */
export function hasApt() {
  return process.platform === 'linux' && which('apt-get') !== undefined && which('apt-cache') !== undefined;
}

/**
 * @param {string} name
 * @returns {string | undefined} the upstream version that apt would install: "2.6.0"
 */
export function candidateVersion(name) {
  const line = /^\s*Candidate: (?:\d+:)?(\d+(?:\.\d+)*)/m.exec(ask('apt-cache', ['policy', name]) ?? '');
  return line?.[1];
}

/**
 * Fetches apt's lists where they are missing, as in a fresh container.
 * @param {string[]} names
 * @param {AptAccess} access
 */
export async function refreshLists(names, access) {
  if (names.every((name) => candidateVersion(name) !== undefined)) return;
  await askFirst(access.mode, 'apt has no package lists: fetch them (about 10 MB)?', [
    `${access.isRoot ? '' : 'sudo '}apt-get update`,
  ]);
  say('fetching the package lists (apt-get update)');
  await runApt(['update'], access);
}

/**
 * @typedef {object} AptAccess
 * @property {import('./consent.mjs').Consent['mode']} mode
 * @property {boolean} isRoot
 */

/**
 * @param {string[]} names
 * @param {AptAccess} access
 */
export async function aptInstall(names, access) {
  const parameters = ['install', '--no-install-recommends', '--yes', ...names];
  const sudo = access.isRoot ? '' : 'sudo ';
  const byHand = [`${sudo}apt-get update && ${sudo}apt-get install --no-install-recommends ${names.join(' ')}`];
  const sizes = await installSizes(names);
  await askFirst(access.mode, `Install ${names.join(', ')} with apt-get (${sizes})?`, byHand);
  say(`installing ${names.join(', ')} with apt-get: ${sizes}`);
  const start = Date.now();
  if ((await runApt(parameters, access)) !== undefined) {
    say('apt-get failed; once more with fresh lists');
    await runApt(['update'], access);
    const failure = await runApt(parameters, access);
    if (failure !== undefined) throw new SetupError(`apt-get cannot install ${names.join(', ')}: ${failure}`, byHand);
  }
  say(`installed ${names.join(', ')} in ${since(start)}`);
}

/**
 * apt reports the sizes itself and needs no root for that: "Need to get 235 MB … 1,060 MB of additional disk space".
 */
async function installSizes(names) {
  const { output } = await collect(
    'apt-get',
    ['install', '--no-install-recommends', '--print-uris', '--yes', ...names],
    {
      env: { ...process.env, LC_ALL: 'C' },
    },
  );
  const fetched = /Need to get ([\d.,]+ \w+)/.exec(output)?.[1];
  const used = /([\d.,]+ \w+) (?:of additional disk space|disk space will be used)|Space needed: ([\d.,]+ \w+)/.exec(
    output,
  );
  const disk = used?.[1] ?? used?.[2];
  return `${fetched ?? 'nothing'} to download, ${disk ?? 'an unknown size'} on disk`;
}

/**
 * Hidden unless it fails: hundreds of lines.
 * @returns {Promise<string | undefined>} apt's first error, if it failed
 */
async function runApt(parameters, { isRoot, mode }) {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  // Another apt may be running, as on a machine that has just started: waits for its lock.
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  let command = ['apt-get', ...options, ...parameters];
  if (!isRoot) {
    if (which('sudo') === undefined) {
      throw new SetupError('Not root, and there is no sudo', [`as root: apt-get ${parameters.join(' ')}`]);
    }
    // sudo asks for the password at the terminal, if there is one.
    command = ['sudo', ...(mode === 'ask' ? [] : ['-n']), 'DEBIAN_FRONTEND=noninteractive', ...command];
  }
  const { status, output } = await collect(command[0], command.slice(1), { env: environment });
  if (status === 0) return undefined;
  process.stderr.write(`${output.trim().split('\n').slice(-LINES_SHOWN).join('\n')}\n`);
  return /^E: (.+)/m.exec(output)?.[1] ?? `it ended with ${status}`;
}
