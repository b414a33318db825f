import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { broken } from '../../../src/engine/tensor/engine.ts';
import { MACHINES, publishedManifest } from '../../../tools/release/package.ts';
import { shippedBom } from '../../../tools/release/sbom.ts';
import { newerSymbols } from '../../../tools/release/symbols.ts';

it('what is published runs no scripts and names an engine for each machine', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const published = publishedManifest(manifest);
  expect(Object.keys(published)).not.toContain('scripts');
  expect(Object.keys(published)).not.toContain('devDependencies');
  for (const machine of MACHINES)
    expect(published.optionalDependencies[`@attune/engine-${machine}`]).toBe(manifest.version);
});

it('the workflow of a release builds an engine on each of these machines', () => {
  const { jobs } = parse(readFileSync('.github/workflows/release.yml', 'utf8'));
  const machines = jobs.engine.strategy.matrix.include.map(({ machine }: { machine: string }) => machine);
  expect(machines).toEqual([...MACHINES]);
  expect(jobs.attune.needs).toBe('engine');
});

it('the bill of materials lists what is shipped and what is installed on demand, not the tools of developers', () => {
  const refs = ['zod@4.6.7', 'tokenizers@0.23.2', '@aws-sdk/client-s3@3.0.0', '@smithy/core@1.0.0', 'vitest@5.1.1'];
  const development = [{ name: 'cdx:npm:package:development', value: 'true' }];
  const bom = {
    components: refs.map((ref) => ({ 'bom-ref': ref, scope: 'required', properties: development })),
    dependencies: [
      { ref: 'attune@0.1.0', dependsOn: refs.filter((ref) => !ref.startsWith('@smithy')) },
      { ref: '@aws-sdk/client-s3@3.0.0', dependsOn: ['@smithy/core@1.0.0'] },
      { ref: 'vitest@5.1.1', dependsOn: ['zod@4.6.7'] },
    ],
  };
  const peerDependencies = { tokenizers: '0.23.2', '@aws-sdk/client-s3': '3.0.0' };
  const shipped = shippedBom(bom, { dependencies: { zod: '4.6.7' }, optionalDependencies: {}, peerDependencies });
  expect(shipped.components).toEqual([
    { 'bom-ref': 'zod@4.6.7', scope: 'required' },
    { 'bom-ref': 'tokenizers@0.23.2', scope: 'required' },
    { 'bom-ref': '@aws-sdk/client-s3@3.0.0', scope: 'optional' },
    { 'bom-ref': '@smithy/core@1.0.0', scope: 'optional' },
  ]);
  expect(JSON.stringify(shipped.dependencies)).not.toContain('vitest');
});

it('an addon that needs a newer system than is promised is named by its symbols', () => {
  const table = [
    '0000000000000000      DF *UND*  0000000000000000 (GLIBC_2.38) __isoc23_strtol',
    '0000000000000000      DF *UND*  0000000000000000 (GLIBC_2.17) clock_gettime',
    '0000000000000000      DF *UND*  0000000000000000 (GLIBCXX_3.4.32) _ZSt21ios_base_library_initv',
  ].join('\n');
  expect(newerSymbols(table)).toEqual([
    '__isoc23_strtol (GLIBC_2.38)',
    '_ZSt21ios_base_library_initv (GLIBCXX_3.4.32)',
  ]);
});

it.each([
  ["/lib/libc.so.6: version `GLIBC_2.38' not found (required by attune.node)", 'older than the engine'],
  ['libtorch_cpu.so: cannot open shared object file: No such file or directory', 'libtorch is no longer where it was'],
  ['libopenblas.so.0: cannot open shared object file: No such file or directory', 'a library that is missing'],
  ['attune.node: undefined symbol: _ZN3c105ErrorC2E', 'another version or C++ ABI'],
  ['something else', 'cannot be loaded'],
])('an engine that does not load says why: %s', (words, reason) => {
  expect(broken(new Error(words))).toMatchObject({ code: 'E_ENGINE_BROKEN', got: words });
  expect(broken(new Error(words)).what).toContain(reason);
});
