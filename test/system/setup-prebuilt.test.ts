// A prebuilt engine whose libtorch loses a library after installation.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enginePackage, placePrebuilt } from '../../tools/setup/prebuilt.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-prebuilt-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function compile(output: string, source: string, needed: string[] = []): void {
  const file = join(root, 'source.cpp');
  writeFileSync(file, source);
  const child = spawnSync(process.env.CXX || 'g++', [
    '-shared',
    '-fPIC',
    '-o',
    output,
    file,
    ...needed,
    `-Wl,-soname,${basename(output)}`,
    '-Wl,-rpath,$ORIGIN/lib',
  ]);
  if (child.status !== 0) throw new Error(String(child.stderr));
}

/** A libtorch with three libraries, one of which the engine needs. */
function makeMachine(): Parameters<typeof placePrebuilt>[0] {
  const [libtorch, engine] = [join(root, 'libtorch'), join(root, 'node_modules', enginePackage(), '2.6')];
  mkdirSync(join(libtorch, 'lib'), { recursive: true });
  mkdirSync(engine, { recursive: true });
  writeFileSync(join(libtorch, 'build-version'), '2.6.0\n');
  for (const name of ['torch', 'torch_cpu']) compile(join(libtorch, `lib/lib${name}.so`), '');
  compile(join(libtorch, 'lib/libc10.so'), 'int ten() { return 10; }');
  compile(join(libtorch, 'lib/libsleep.so.3'), 'int sleep() { return 3; }');
  const addon = 'int sleep(); extern "C" void *napi_register_module_v1(void *, void *e) { sleep(); return e; }';
  compile(join(engine, 'attune.node'), addon, [join(libtorch, 'lib/libsleep.so.3')]);
  writeFileSync(join(engine, 'engine.json'), JSON.stringify({ libtorch: '2.6', cxx11: true, glibc: '2.17' }));
  return { root, environment: { ATTUNE_LIBTORCH: libtorch }, mode: 'yes', isRoot: false };
}

/** Python's package for arm64: what auditwheel has found outside of torch/ lies next to it. */
function moveToWheel(): string {
  const [torch, beside] = [join(root, 'site-packages/torch'), join(root, 'site-packages/torch.libs')];
  mkdirSync(beside, { recursive: true });
  renameSync(join(root, 'libtorch'), torch);
  renameSync(join(torch, 'lib/libsleep.so.3'), join(beside, 'libsleep.so.3'));
  return torch;
}

describe.skipIf(process.platform !== 'linux')('a prebuilt engine', () => {
  it('is tried again by each set-up, which names a library that has gone', async () => {
    const machine = makeMachine();
    expect(await placePrebuilt(machine)).toMatchObject({ version: '2.6.0' });
    const library = join(root, 'libtorch/lib/libsleep.so.3');
    renameSync(library, `${library}.away`);
    await expect(placePrebuilt(machine)).rejects.toThrow(
      /libtorch cannot be loaded: ATTUNE_LIBTORCH needs .*libsleep.so.3/,
    );
    renameSync(`${library}.away`, library);
    expect(await placePrebuilt(machine)).toMatchObject({ version: '2.6.0' });
  });

  it("finds the libraries that a Python's torch has outside of its folder", async () => {
    const machine = makeMachine();
    const torch = moveToWheel();
    expect(await placePrebuilt({ ...machine, environment: { ATTUNE_LIBTORCH: torch } })).toMatchObject({
      version: '2.6.0',
    });
  });
});
