/**
 * Writes the types of operators and of recipes and the studio's pages, which git ignores. The set-up runs it where a source of theirs has changed.
 *
 *   node tools/generate.ts --operators    first brings operators.schema up to the operators that the sources call
 */
import { registerHooks } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../src/files/atomic.ts';
import { DECLARED, KERNELS, declaredSchemas, kernelFiles, kernelSchemas } from './generate/operator-schemas.ts';
import { operatorTypes } from './generate/operator-types.ts';
import { studioBundle, studioSources } from './generate/studio-bundle.ts';
import { STAMP, fingerprint } from './setup/generated.mjs';

const root = dirname(import.meta.dirname);
const TOOLS = ['tools/generate.ts', 'tools/generate/operator-schemas.ts', 'tools/generate/operator-types.ts'];

if (process.argv.includes('--operators')) {
  const { calledOperators, installedSchemas } = await import('./generate/called-operators.ts');
  writeFileAtomic(join(root, DECLARED), `${installedSchemas(calledOperators(root)).join('\n')}\n`);
}

const sources: Record<string, string[]> = {
  'src/engine/tensor/operators.generated.ts': [...TOOLS, DECLARED, KERNELS, ...kernelFiles(root)],
  'src/app/recipe/recipe-input.generated.ts': ['package-lock.json'],
  'src/app/studio/bundle.generated.ts': [
    'package-lock.json',
    'tools/generate/studio-bundle.ts',
    ...studioSources(root),
  ],
};
const texts = [
  operatorTypes([...declaredSchemas(root), ...kernelSchemas(root)]),
  await recipeTypes(),
  await studioBundle(root),
];
const stamp: Record<string, Record<string, string>> = {};
for (const [i, [file, made]] of Object.entries(sources).entries()) {
  writeFileAtomic(join(root, file), texts[i]!);
  stamp[file] = Object.fromEntries(made.map((source) => [source, fingerprint(join(root, source))]));
}
writeFileAtomic(join(root, STAMP), `${JSON.stringify(stamp, null, 2)}\n`);

/** Made from every file of ours that loading the schemas loads. */
async function recipeTypes(): Promise<string> {
  const loaded = sources['src/app/recipe/recipe-input.generated.ts']!;
  const hooks = registerHooks({
    load(url, context, next) {
      const path = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : '..';
      if (!path.startsWith('..') && !path.split(sep).includes('node_modules')) loaded.push(path);
      return next(url, context);
    },
  });
  const made = await import('./generate/recipe-types.ts');
  const text = await made.recipeTypes();
  hooks.deregister();
  return text;
}
