/** The browser part of the studio and of all other pages, bundled into one module of texts. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { STYLE } from '../../src/jobs/report/style.ts';

/** Bundles src/studio. Names and order are fixed, so that the same sources yield the same bytes. */
export async function studioBundle(root: string): Promise<{ text: string; sources: readonly string[] }> {
  const folder = join(root, 'src/studio');
  const bundle = await rolldown({ input: join(folder, 'main.tsx'), platform: 'browser' });
  const { output } = await bundle.generate({
    format: 'esm',
    minify: true,
    entryFileNames: 'main.js',
    chunkFileNames: '[name].js',
  });
  await bundle.close();
  const chunks = output.filter((one) => one.type === 'chunk');
  const files = {
    'index.html': readFileSync(join(folder, 'index.html'), 'utf8'),
    'main.css': `${STYLE}${readFileSync(join(folder, 'main.css'), 'utf8')}`,
    ...Object.fromEntries(chunks.map(({ fileName, code }) => [fileName, code])),
  };
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds).map((id) => relative(root, id));
  const own = modules.filter((path) => path.startsWith('src/')).toSorted();
  return {
    text: `// Written by tools/generate.ts from src/studio.\nexport const files: Readonly<Record<string, string>> = ${JSON.stringify(files, null, 2)};\n`,
    sources: [...own, 'src/studio/index.html', 'src/studio/main.css', 'src/jobs/report/style.ts'],
  };
}
