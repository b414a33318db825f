/**
 * `npm run build` makes dist/, which is published. src/ is compiled to dist/, packages/ to dist/packages/, and imports
 * by package name (@attune/jinja) become paths, so that npm sees attune as one package.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

const root = dirname(import.meta.dirname);
const dist = join(root, 'dist');
const compiled = join(root, 'build/compiled');

/** The name of one of our packages in an import; names in other strings and in comments stay. */
const NAME = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])(@attune\/[\w/-]+)\2/g;

for (const folder of [dist, compiled]) rmSync(folder, { recursive: true, force: true });
const compiler = join(root, 'node_modules/typescript-native/bin/tsc');
// npm runs `npm run check`, which checks types, before it publishes: checking here too would take twice as long.
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--checkers', '1'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

renameSync(join(compiled, 'src'), dist);
renameSync(join(compiled, 'packages'), join(dist, 'packages'));
for (const name of readdirSync(join(root, 'packages'))) {
  const assets = join(root, 'packages', name, 'assets');
  if (existsSync(assets)) cpSync(assets, join(dist, 'packages', name, 'assets'), { recursive: true });
}
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
  if (/\.(js|d\.ts)$/.test(name)) byPaths(join(dist, name));

function byPaths(file: string): void {
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(NAME, (_, before: string, quote: string, name: string) => {
    const path = relative(dirname(file), compiledFile(name));
    return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
  });
  if (changed !== text) writeFileSync(file, changed);
}

/** The compiled file behind a package name. */
function compiledFile(name: string): string {
  const source = relative(root, realpathSync(createRequire(resolve(root, 'package.json')).resolve(name)));
  return join(dist, source.replace(/^src\//, '').replace(/\.ts$/, '.js'));
}
