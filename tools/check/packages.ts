/**
 * The packages of the repository: packages/*, and the two folders of src/ that they depend on. A package may import its
 * own files and the packages in its package.json, of these only their `exports`. The same holds for src/ and
 * packages/*; src/base and src/files are imported by path there.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { listFiles, readImports, type Import } from './source-files.ts';

interface Package {
  name: string;
  folder: string;
  /** Files of the package itself; its tests may use everything in the repository. */
  source: string;
  exports: Readonly<Record<string, string>>;
  dependencies: Readonly<Record<string, string>>;
}

type Manifest = Package & { peerDependencies?: Package['dependencies'] };

const SCOPE = '@attune/';
/** Rooms of src/ that packages import by name. */
const FLOOR: readonly string[] = ['src/base', 'src/files'];

export const packages: Check = {
  name: 'packages',
  run(root) {
    const all = readPackages(root);
    const known = new Map(all.map((one) => [one.name, one]));
    const inSource = listFiles(root, ['src'], ['.ts', '.tsx']).flatMap((file) =>
      readImports(root, file).flatMap((entry) => strangeInSource(file, entry, known)),
    );
    const inPackages = all.flatMap((own) =>
      listFiles(root, [own.source], ['.ts']).flatMap((file) =>
        readImports(root, file).flatMap((entry) => strangeInPackage(file, entry, own, known)),
      ),
    );
    return [...inSource, ...inPackages, ...all.flatMap((one) => otherVersions(root, one))];
  },
};

function readPackages(root: string): Package[] {
  const names = existsSync(join(root, 'packages')) ? readdirSync(join(root, 'packages')).toSorted() : [];
  const folders = [...names.map((name) => `packages/${name}`), ...FLOOR];
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => {
      const { name, exports = {}, dependencies } = readManifest(root, folder);
      return { name, folder, source: FLOOR.includes(folder) ? folder : `${folder}/src`, exports, dependencies };
    });
}

function readManifest(root: string, folder: string): Package {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  // Optional packages are peers: their user installs them.
  return { ...manifest, dependencies: { ...manifest.dependencies, ...manifest.peerDependencies } };
}

function strangeInSource(file: string, entry: Import, known: ReadonlyMap<string, Package>): string[] {
  const place = `${file}:${entry.line}`;
  if (!entry.specifier.startsWith(SCOPE)) return [];
  const found = known.get(packageOf(entry.specifier));
  if (found !== undefined && FLOOR.includes(found.folder))
    return [`${place} imports ${entry.specifier}: within src/ by its path, ${found.folder}`];
  return hidden(place, entry.specifier, found);
}

function strangeInPackage(file: string, entry: Import, own: Package, known: ReadonlyMap<string, Package>): string[] {
  const { specifier, target, line } = entry;
  const place = `${file}:${line}`;
  if (specifier.startsWith('.')) {
    const isOwn = target!.startsWith(`${own.source}/`) || (FLOOR.includes(own.folder) && isFloor(target!, own));
    return isOwn ? [] : [`${place} imports ${specifier}, which is no file of ${own.name}`];
  }
  const name = packageOf(specifier);
  if (specifier.startsWith('node:') || name === own.name) return [];
  if (!Object.hasOwn(own.dependencies, name))
    return [`${place} imports ${name}: name it in ${own.folder}/package.json`];
  return name.startsWith(SCOPE) ? hidden(place, specifier, known.get(name)) : [];
}

/** Rooms of src/ import each other by path, but still list each other in their package.json. */
function isFloor(target: string, own: Package): boolean {
  return Object.keys(own.dependencies).some((name) =>
    FLOOR.some((folder) => name === `${SCOPE}${folder.slice(4)}` && target.startsWith(`${folder}/`)),
  );
}

function hidden(place: string, specifier: string, found: Package | undefined): string[] {
  const name = packageOf(specifier);
  if (found === undefined) return [`${place} imports ${name}: there is no such package`];
  const door = `.${specifier.slice(name.length)}`;
  const isShown = Object.hasOwn(found.exports, door) || (Object.hasOwn(found.exports, './*') && door !== '.');
  return isShown
    ? []
    : [`${place} imports ${specifier}, which the exports of ${found.folder}/package.json do not show`];
}

/**
 * attune is published as one package: its package.json must list the dependencies of its parts, in the same versions.
 */
function otherVersions(root: string, { folder, dependencies }: Package): string[] {
  const { dependencies: published } = readManifest(root, '.');
  return Object.entries(dependencies)
    .filter(([name, version]) => !name.startsWith(SCOPE) && published[name] !== version) // own: entries of the same file
    .map(
      ([name, version]) =>
        `${folder}/package.json wants ${name} ${version}, package.json has ${published[name] ?? 'none'}`,
    );
}

/** "@attune/privacy/kinds" → "@attune/privacy", "libphonenumber-js/max" → "libphonenumber-js". */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
