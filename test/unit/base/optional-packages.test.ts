import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { attuneCache } from '../../../src/base/home.ts';
import { limitingArguments } from '../../../src/base/limited-process.ts';
import {
  featureNames,
  listFeatures,
  readManifest,
  userFolder,
  withFeature,
} from '../../../src/base/optional-packages.ts';
import { cacheFolder } from '../../../tools/setup/features.mjs';

const manifest = readManifest() as ReturnType<typeof readManifest> & {
  dependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};

it('package.json names each feature, and its packages as optional ones with a version', () => {
  expect(Object.keys(manifest.features).toSorted()).toEqual([...featureNames]);
  for (const name of Object.values(manifest.features).flatMap(({ packages }) => packages)) {
    expect(manifest.peerDependencies[name], name).toMatch(/^\d/);
    expect(manifest.peerDependenciesMeta[name], name).toEqual({ optional: true });
    expect(manifest.dependencies[name], name).toBeUndefined();
  }
});

it('a checkout has all of them, in the versions that are asked for', () => {
  for (const { feature, installed } of listFeatures()) expect(installed, feature).toBe(true);
  for (const [name, version] of Object.entries(manifest.peerDependencies))
    expect(JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')).version, name).toBe(version);
});

it('a missing package is named with the commands that install it', async () => {
  const missing = Object.assign(new Error("Cannot find package 'tesseract.js' imported from here"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  await expect(withFeature('ocr', () => Promise.reject(missing))).rejects.toMatchObject({
    code: 'E_NOT_INSTALLED',
    what: 'Packages for text in scanned pages and pictures are not installed',
    fix: expect.stringMatching(/^bin\/attune setup --with ocr /),
  });
});

it('other failures of a package are not taken for a missing one', async () => {
  const broken = Object.assign(new Error("Cannot find package 'inner' imported from sharp.js"), { code: 'ERR_X' });
  await expect(withFeature('images', () => Promise.reject(broken))).rejects.toBe(broken);
});

it("a package in the user's folder is found where node_modules has none", () => {
  const home = mkdtempSync(join(tmpdir(), 'attune-features-'));
  try {
    const source = join(home, 'attune/src/base');
    cpSync(resolve('src/base'), source, { recursive: true });
    const features = { s3: { does: 'files in buckets', packages: ['only-here'] } };
    const own = { type: 'module', features, peerDependencies: { 'only-here': '1.0.0' } };
    writeFileSync(join(home, 'attune/package.json'), JSON.stringify(own));
    const asked = `import { listFeatures, withFeature } from ${JSON.stringify(join(source, 'optional-packages.ts'))};
      const answer = await withFeature('s3', () => import('./attune/src/ask.ts')).catch(({ code }) => code);
      console.log(JSON.stringify([answer.value ?? answer, listFeatures()[0].installed]));`;
    writeFileSync(join(home, 'attune/src/ask.ts'), "export { value } from 'only-here';");
    writeFileSync(join(home, 'ask.mjs'), asked);
    const run = () => {
      const env = { PATH: process.env.PATH, ATTUNE_HOME: home };
      const { stdout, stderr } = spawnSync(process.execPath, ['ask.mjs'], { cwd: home, env, encoding: 'utf8' });
      return JSON.parse(stdout || JSON.stringify(stderr));
    };
    expect(run()).toEqual(['E_NOT_INSTALLED', false]);
    const folder = join(home, 'cache/packages/node_modules/only-here');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "exports": { "import": "./main.mjs" } }');
    writeFileSync(join(folder, 'main.mjs'), 'export const value = 42;');
    expect(run()).toEqual([42, true]);
  } finally {
    rmSync(home, { recursive: true });
  }
});

it('processes that read untrusted files may read that folder', () => {
  const flags = limitingArguments({ seconds: 1, memoryBytes: 2 ** 30 }, { reads: [] });
  expect(flags).toContain(`--allow-fs-read=${userFolder()}`);
});

it.each([{}, { ATTUNE_HOME: '/a' }, { XDG_CACHE_HOME: '/b' }])(
  'the set-up installs where attune looks: %o',
  (environment) => {
    expect(cacheFolder(environment)).toBe(attuneCache(environment));
  },
);
