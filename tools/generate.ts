/**
 * Writes the generated files, which git ignores: types of operators and of recipes, JSON schemas of results, the
 * list of commands, the studio's pages. Only files with a changed source are written. The set-up runs it.
 *
 *   node tools/generate.ts --operators    first updates operators.schema to the operators that the sources call
 */
import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../src/files/atomic.ts';
import { DECLARED, KERNELS, declaredSchemas, kernelFiles, kernelSchemas } from './generate/operator-schemas.ts';
import { STAMP, fingerprint, isCurrent, readStamp } from './setup/generated.mjs';

/** A generated file's text, and the sources that it depends on. */
interface Generated {
  text: string;
  sources: readonly string[];
}

const root = dirname(import.meta.dirname);

if (process.argv.includes('--operators')) {
  const { calledOperators, installedSchemas } = await import('./generate/called-operators.ts');
  writeFileAtomic(join(root, DECLARED), `${installedSchemas(calledOperators(root)).join('\n')}\n`);
}

/** The order matters: results contain recipes. */
const makers: Readonly<Record<string, () => Promise<Generated>>> = {
  'src/engine/tensor/operators.generated.ts': operators,
  'src/app/recipe/recipe-input.generated.ts': recipes,
  'src/app/use-cases/results.generated.ts': results,
  'src/cli/overviews.generated.ts': overviews,
  'src/serving/page/bundle.generated.ts': studio,
};
const written = readStamp(root);
const stamp: Record<string, Record<string, string>> = {};
for (const [file, make] of Object.entries(makers)) {
  const before = written[file];
  if (before !== undefined && isCurrent(root, file, before)) {
    stamp[file] = before;
    continue;
  }
  const { text, sources } = await make();
  writeFileAtomic(join(root, file), text);
  stamp[file] = Object.fromEntries(sources.map((source) => [source, fingerprint(join(root, source))]));
}
writeFileAtomic(join(root, STAMP), `${JSON.stringify(stamp, null, 2)}\n`);

async function operators(): Promise<Generated> {
  const { operatorTypes } = await import('./generate/operator-types.ts');
  const tools = ['generate.ts', 'generate/operator-schemas.ts', 'generate/operator-types.ts'];
  return {
    text: operatorTypes([...declaredSchemas(root), ...kernelSchemas(root)]),
    sources: [...tools.map((tool) => `tools/${tool}`), DECLARED, KERNELS, ...kernelFiles(root)],
  };
}

/** Depends on every source that is loaded together with the schemas. */
async function recipes(): Promise<Generated> {
  const sources = ['package-lock.json'];
  const hooks = registerHooks({
    load(url, context, next) {
      const path = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : '..';
      if (!path.startsWith('..') && !path.split(sep).includes('node_modules')) sources.push(path);
      return next(url, context);
    },
  });
  const { recipeTypes } = await import('./generate/recipe-types.ts');
  const text = await recipeTypes();
  hooks.deregister();
  return { text, sources };
}

async function results(): Promise<Generated> {
  const [{ resultSchemas }, { useCases }] = await Promise.all([
    import('./generate/result-schemas.ts'),
    import('../src/app/use-cases/index.ts'),
  ]);
  const { text, sources } = resultSchemas(root, Object.keys(useCases));
  const own = ['tools/generate/result-schemas.ts', 'tools/generate/json-types.ts', 'src/app/use-cases/index.ts'];
  return { text, sources: [...own, 'package-lock.json', ...sources] };
}

/** `attune --help` prints this list: loading a hundred definitions took it 160 ms instead of 60. */
async function overviews(): Promise<Generated> {
  const { overviewsOf } = await import('./generate/overviews.ts');
  const { useCases } = await import('../src/app/use-cases/index.ts');
  const folder = 'src/app/use-cases';
  const definitions = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('.generated.'))
    .map((file) => `${folder}/${file.split(sep).join('/')}`);
  return { text: await overviewsOf(useCases), sources: ['tools/generate/overviews.ts', ...definitions.sort()] };
}

async function studio(): Promise<Generated> {
  const { studioBundle } = await import('./generate/studio-bundle.ts');
  const { text, sources } = await studioBundle(root);
  return { text, sources: ['package-lock.json', 'tools/generate/studio-bundle.ts', ...sources] };
}
