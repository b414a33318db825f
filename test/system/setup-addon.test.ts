import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildAddon } from '../../tools/setup/addon.mjs';
import { findLibtorch, type Libtorch } from '../../tools/setup/libtorch.mjs';

const packageRoot = process.cwd();
const module = `#include <node_api.h>
#include "answer.hpp"
NAPI_MODULE_INIT() {
  napi_value value;
  napi_create_int32(env, answer(), &value);
  napi_set_named_property(env, exports, "answer", value);
  return exports;
}
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-addon-'));
  mkdirSync(join(root, 'native/kernels'), { recursive: true });
  write('answer.hpp', 'int answer();\n');
  write('module.cpp', module);
  write('kernels/answer.cpp', '#include "../answer.hpp"\nint answer() { return 41; }\n');
  write('kernels/lone.cpp', 'int lone() { return 1; }\n');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(root, 'native', name), text);
}

function build(change: Partial<Libtorch> = {}): ReturnType<typeof buildAddon> {
  const libtorch = findLibtorch({ environment: process.env, downloaded: join(packageRoot, 'build/libtorch') });
  const plan = { root: packageRoot, sources: join(root, 'native'), output: join(root, 'build') };
  return buildAddon({ ...plan, libtorch: { ...libtorch!, ...change } });
}

function loadAnswer(): number {
  const code = `console.log(require(${JSON.stringify(join(root, 'build/attune.node'))}).answer)`;
  const child = spawnSync(process.execPath, ['-e', code], {
    encoding: 'utf8',
    env: { ...process.env, UCX_MEM_EVENTS: 'no' },
  });
  if (child.status !== 0) throw new Error(child.stderr);
  return Number(child.stdout);
}

describe('the addon', () => {
  it('is built from all folders of native, loads, and is not built again', async () => {
    expect((await build()).compiled).toBe(3);
    expect(loadAnswer()).toBe(41);
    expect((await build()).compiled).toBe(0);
  });

  it('compiles only the file that changed', async () => {
    await build();
    write('kernels/answer.cpp', '#include "../answer.hpp"\nint answer() { return 42; }\n');
    expect((await build()).compiled).toBe(1);
    expect(loadAnswer()).toBe(42);
  });

  it('compiles the files that include a changed header, and those only', async () => {
    await build();
    write('answer.hpp', 'int answer();  // whole\n');
    expect((await build()).compiled).toBe(2);
  });

  it('compiles everything again for another libtorch, and nothing when the first one is back', async () => {
    await build();
    expect((await build({ version: '2.6.1' })).compiled).toBe(3);
    expect((await build()).compiled).toBe(0);
    expect(readFileSync(join(root, 'build/attune.json'), 'utf8')).not.toContain('2.6.1');
  });

  it('gives files named after an instruction set those instructions, and only those files', async () => {
    if (process.arch !== 'x64') return;
    const check = (name: string, macro: string, wanted: boolean): void =>
      write(
        `kernels/${name}.cpp`,
        `#if ${wanted ? '!' : ''}defined(${macro})\n#error ${macro}\n#endif\nint ${name}() { return 1; }\n`,
      );
    check('a_avx512', '__AVX512BF16__', true);
    check('b_avx2', '__AVX2__', true);
    check('c_avx2', '__AVX512F__', false);
    check('plain', '__AVX2__', false);
    expect((await build()).compiled).toBe(7);
  });

  it('says which file does not compile and keeps the last addon that worked', async () => {
    await build();
    write('kernels/lone.cpp', 'int lone() { return missing; }\n');
    await expect(build()).rejects.toThrow(/kernels\/lone\.cpp does not compile[\s\S]*error: [\s\S]*missing/);
    expect(loadAnswer()).toBe(41);
    expect(readdirSync(join(root, 'build/objects')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is replaced as a whole, so that several set-ups at once do no harm', async () => {
    const results = await Promise.all([build(), build()]);
    expect(results.every(({ file }) => existsSync(file))).toBe(true);
    expect(loadAnswer()).toBe(41);
  });
});

describe('node tools/setup.mjs', () => {
  const run = (parameters: string[], environment: Record<string, string> = {}): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, ['tools/setup.mjs', ...parameters], {
      cwd: packageRoot,
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });

  it('ends well and, the second time, says nothing', () => {
    expect(run([]).status).toBe(0);
    expect(run([])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('refuses an ATTUNE_LIBTORCH that is none, in a line that says what to do', () => {
    const { status, stderr } = run([], { ATTUNE_LIBTORCH: root });
    expect(status).toBe(1);
    expect(stderr).toMatch(/holds no libtorch[\s\S]*fix: /);
    expect(stderr).not.toContain('    at ');
  });

  it('refuses an option that it does not know', () => {
    expect(run(['--addon'])).toMatchObject({ status: 1, stderr: expect.stringContaining('Unknown option --addon') });
  });
});
