/** The browser's part of the studio, as one module of texts: what `attune studio` serves. */
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** Bundles src/studio. Names and order are fixed, so that the same sources give the same bytes. */
export async function studioBundle(root: string): Promise<string> {
  const folder = join(root, 'src/studio');
  const bundle = await rolldown({
    input: join(folder, 'main.tsx'),
    platform: 'browser',
  });
  const { output } = await bundle.generate({
    format: 'esm',
    minify: true,
    entryFileNames: 'main.js',
    chunkFileNames: '[name].js',
  });
  await bundle.close();
  const plot = readFileSync(createRequire(join(root, 'package.json')).resolve('uplot/dist/uPlot.min.css'), 'utf8');
  const files = {
    'index.html': readFileSync(join(folder, 'index.html'), 'utf8'),
    'main.css': `${plot}\n${readFileSync(join(folder, 'main.css'), 'utf8')}`,
    ...Object.fromEntries(output.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one.code]] : []))),
  };
  return `// Written by tools/generate.ts from src/studio.\nexport const files: Readonly<Record<string, string>> = ${JSON.stringify(files, null, 2)};\n`;
}

/** Folders too, since files may come and go; what the pages import of other rooms changes with types alone. */
export function studioSources(root: string): string[] {
  const entries = readdirSync(join(root, 'src/studio'), { recursive: true, encoding: 'utf8' });
  return ['src/studio', 'src/base/format.ts', ...entries.toSorted().map((name) => `src/studio/${name}`)];
}
