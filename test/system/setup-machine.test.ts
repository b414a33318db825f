import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consentMode } from '../../tools/setup/consent.mjs';
import { findLibtorch, libraryName, triplet } from '../../tools/setup/libtorch.mjs';
import { prepareMachine } from '../../tools/setup/machine.mjs';

let root: string;
let path: string | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-machine-'));
  mkdirSync(join(root, 'bin'));
  path = process.env.PATH;
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(root, { recursive: true });
});

/** A minimal libtorch that the set-up recognises: headers, version, libraries. */
function makeLibtorch(folder: string, version: string, libraries = 'lib'): string {
  const [major, minor, patch] = version.split('.');
  const files = {
    'include/torch/csrc/api/include/torch/version.h':
      `#define TORCH_VERSION_MAJOR ${major}\n#define TORCH_VERSION_MINOR ${minor}\n#define ` +
      `TORCH_VERSION_PATCH ${patch}\n`,
    'include/ATen/core/dispatch/Dispatcher.h': '',
    [`${libraries}/${libraryName('torch_cpu')}`]: '',
    [`${libraries}/${libraryName('c10')}`]: '',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function program(name: string, script: string): void {
  writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'bin', name), 0o755);
}

/** A Debian whose apt installs what is requested and logs its arguments to apt.log. */
function makeDebian(candidate: string): void {
  program('apt-cache', `[ -e '${root}/lists' ] && echo '  Candidate: ${candidate}'; exit 0`);
  program(
    'apt-get',
    `case "$*" in
  *--print-uris*) echo 'Need to get 235 MB of archives.'; echo 'After this operation, 1,060 MB of additional disk space will be used.'; exit 0 ;;
esac
echo "$*" >> '${root}/apt.log'
case "$*" in
  *update*) : > '${root}/lists' ;;
  *install*)
    case "$*" in *libtorch-dev*) cp -r '${root}/offer/.' '${root}/usr/' ;; esac
    case "$*" in *openblas*) mkdir -p '${root}/openblas' ;; esac
    case "$*" in *g++*) cp /bin/true '${root}/bin/g++' ;; esac ;;
esac`,
  );
  for (const tool of ['cp', 'mkdir', 'true']) program(tool, `exec /bin/${tool} "$@"`);
  makeLibtorch(join(root, 'offer'), '2.6.0', `lib/${triplet()}`);
  mkdirSync(join(root, 'usr'));
  process.env.PATH = join(root, 'bin');
}

const aptLog = (): string => (existsSync(join(root, 'apt.log')) ? readFileSync(join(root, 'apt.log'), 'utf8') : '');

function machine(
  mode: 'yes' | 'refuse' = 'yes',
  environment: Record<string, string> = {},
): Parameters<typeof prepareMachine>[0] {
  return { root, environment, mode, isRoot: true, prefixes: [join(root, 'usr')], openblas: join(root, 'openblas') };
}

describe.skipIf(process.platform !== 'linux')('the set-up of a Debian machine', () => {
  it('installs libtorch, the OpenMP BLAS and a compiler in one call, after fetching the lists', async () => {
    makeDebian('2.6.0+dfsg-7');
    const found = await prepareMachine(machine());
    expect(found).toMatchObject({ version: '2.6.0', libraries: join(root, 'usr/lib', triplet()) });
    const [update, install, ...rest] = aptLog().trim().split('\n');
    expect(update).toMatch(/ update$/);
    expect(install).toMatch(/ install --no-install-recommends --yes g\+\+ libtorch-dev libopenblas0-openmp$/);
    expect(rest).toEqual([]);
  });

  it('does nothing the second time', async () => {
    makeDebian('2.6.0+dfsg-7');
    await prepareMachine(machine());
    const before = aptLog();
    await prepareMachine(machine());
    expect(aptLog()).toBe(before);
  });

  it('names the command where nobody may be asked', async () => {
    makeDebian('2.6.0+dfsg-7');
    writeFileSync(join(root, 'lists'), '');
    await expect(prepareMachine(machine('refuse'))).rejects.toThrow(
      /235 MB to download, 1,060 MB on disk[\s\S]*apt-get install --no-install-recommends g\+\+ libtorch-dev libopenblas0-openmp/,
    );
    expect(aptLog()).toBe('');
  });

  it('takes the archive where apt has only an old libtorch', async () => {
    makeDebian('2.1.2');
    const mirror = { ATTUNE_LIBTORCH_MIRROR: 'http://127.0.0.1:9', CXX: '/bin/true' };
    writeFileSync(join(root, 'lists'), '');
    await expect(prepareMachine(machine('refuse', mirror))).rejects.toThrow(
      /Fetch libtorch \d|no official libtorch archive/,
    );
    expect(aptLog()).not.toContain('libtorch-dev');
  });

  it('uses a Python torch without importing it, and then wants no libtorch of apt', async () => {
    makeDebian('2.6.0+dfsg-7');
    writeFileSync(join(root, 'lists'), '');
    const torch = makeLibtorch(join(root, 'site-packages/torch'), '2.8.0');
    writeFileSync(join(torch, '__init__.py'), 'raise SystemExit("imported")\n');
    program('python3', `PYTHONPATH='${root}/site-packages' exec /usr/bin/python3 "$@"`);
    if (!existsSync('/usr/bin/python3')) program('python3', `echo '${torch}'`);
    const found = await prepareMachine(machine());
    expect(found).toMatchObject({ version: '2.8.0', libraries: join(torch, 'lib') });
    expect(aptLog()).not.toContain('libtorch-dev');
    expect(aptLog()).not.toContain('openblas');
  });
});

describe('a libtorch on the machine', () => {
  const search = (environment: Record<string, string>): ReturnType<typeof findLibtorch> =>
    findLibtorch({ environment, downloaded: join(root, 'build/libtorch'), prefixes: [join(root, 'usr')] });

  it('is the one that ATTUNE_LIBTORCH names, before all others', () => {
    makeLibtorch(join(root, 'usr'), '2.6.0');
    const mine = makeLibtorch(join(root, 'mine'), '2.7.1');
    expect(search({ ATTUNE_LIBTORCH: mine })?.version).toBe('2.7.1');
    expect(search({})?.version).toBe('2.6.0');
  });

  it('is never passed over in silence where ATTUNE_LIBTORCH names it and it is of no use', () => {
    makeLibtorch(join(root, 'usr'), '2.6.0');
    expect(() => search({ ATTUNE_LIBTORCH: join(root, 'nothing') })).toThrow(/holds no libtorch/);
    const old = makeLibtorch(join(root, 'old'), '2.5.1');
    expect(() => search({ ATTUNE_LIBTORCH: old })).toThrow(/is libtorch 2\.5\.1; attune needs 2\.6\.0 or newer/);
  });

  it('is not an old one of the system', () => {
    process.env.PATH = join(root, 'bin');
    makeLibtorch(join(root, 'usr'), '1.13.0');
    expect(search({})).toBeUndefined();
    makeLibtorch(join(root, 'build/libtorch'), '2.7.1');
    expect(search({})?.version).toBe('2.7.1');
  });

  it('says which C++ ABI and devices it was built for', () => {
    makeLibtorch(join(root, 'usr'), '2.6.0');
    expect(search({})).toMatchObject({ cxx11: true, cuda: false });
    writeFileSync(join(root, 'usr/lib', libraryName('c10')), 'x _ZN3c105ErrorC1ENS_14SourceLocationESs x');
    writeFileSync(join(root, 'usr/lib', libraryName('torch_cuda')), '');
    expect(search({})).toMatchObject({ cxx11: false, cuda: true });
  });
});

describe('consent', () => {
  const facts = { yes: false, terminal: false, isRoot: false, environment: {} };

  it('is asked for at a terminal, given in CI and by --yes, and not assumed elsewhere', () => {
    expect(consentMode({ ...facts, terminal: true })).toBe('ask');
    expect(consentMode({ ...facts, terminal: true, isRoot: true })).toBe('ask');
    expect(consentMode({ ...facts, environment: { CI: 'true' }, terminal: true })).toBe('yes');
    expect(consentMode({ ...facts, yes: true })).toBe('yes');
    expect(consentMode({ ...facts, isRoot: true })).toBe('yes');
    expect(consentMode({ ...facts, environment: { CI: 'false' } })).toBe('refuse');
  });
});
