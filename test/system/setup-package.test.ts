import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';

/** README's first TypeScript program, which this test runs as its reader would. */
const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : '';
const program = /```(?:ts|typescript)\n([\s\S]*?)```/.exec(readme)?.[1];
const isReady = program !== undefined && existsSync('src/app/index.ts');

let folder: string;
let project: string;
/** Why the package could not be installed, where the registry is out of reach. */
let unreachable: string | undefined;

function run(
  command: string,
  parameters: string[],
  cwd: string,
): { status: number | null; stdout: string; stderr: string } {
  // The addon of the checkout: building it again would take a minute and show nothing new.
  const environment = { ...process.env, ATTUNE_ADDON: join(process.cwd(), 'build/attune.node') };
  return spawnSync(command, parameters, { cwd, encoding: 'utf8', env: environment });
}

function demand(command: string, parameters: string[], cwd: string): string {
  const { status, stdout, stderr } = run(command, parameters, cwd);
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

function skipWithoutRegistry(context: TestContext): void {
  context.skip(unreachable !== undefined, `the npm registry is out of reach: ${unreachable}`);
}

describe.skipIf(!isReady)('the published package', () => {
  let files: string[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-package-'));
    project = join(folder, 'project');
    mkdirSync(project);
    const [packed] = JSON.parse(
      demand('npm', ['pack', '--json', '--silent', '--pack-destination', folder], process.cwd()),
    );
    files = packed.files.map((file: { path: string }) => file.path);
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const manifest = { name: 'project', private: true, type: 'module' };
    writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
    const compilerOptions = { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: ['node'] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    writeFileSync(join(project, 'program.ts'), program!);
    const wanted = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
    const options = ['--include=optional', '--prefer-offline', '--no-audit', '--no-fund'];
    const installed = run('npm', ['install', ...options, join(folder, packed.filename), ...wanted], project);
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(installed.stderr)) unreachable = installed.stderr.trim();
    else if (installed.status !== 0) throw new Error(installed.stderr);
  });

  afterAll(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('holds what it needs to set itself up, and neither tests nor source', () => {
    expect(files).toEqual(
      expect.arrayContaining(['bin/attune', 'tools/setup.mjs', 'tools/setup/addon.mjs', 'dist/app/index.js']),
    );
    expect(files.some((file) => /^native\/.*\.cpp$/.test(file))).toBe(true);
    expect(files.filter((file) => /^(src|test|fixtures|bench)\//.test(file))).toEqual([]);
  });

  it("type-checks the README's program in an empty TypeScript project", (context) => {
    skipWithoutRegistry(context);
    expect(run('npx', ['tsc', '-p', '.'], project)).toMatchObject({ status: 0, stdout: '' });
  });

  it("runs the README's program", { timeout: 900_000 }, (context) => {
    skipWithoutRegistry(context);
    expect(run(join(project, 'node_modules/.bin/node'), ['program.ts'], project)).toMatchObject({ status: 0 });
  });

  it('starts its command from the project', (context) => {
    skipWithoutRegistry(context);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(demand('npx', ['attune', '--version'], project)).toContain(version);
  });
});
