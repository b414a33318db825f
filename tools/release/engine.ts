/** The engine's package: an addon for each libtorch, and a description of what each one fits. */
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAddon } from '../setup/addon.mjs';
import type { Libtorch } from '../setup/libtorch.mjs';
import type { Source } from '../setup/libraries.mjs';
import { enginePackage } from '../setup/prebuilt.mjs';
import { pack } from './package.ts';
import { checkSymbols, OLDEST_GLIBC } from './symbols.ts';

interface EnginePlan {
  root: string;
  output: string;
  /** "linux-arm64" */
  machine: string;
  libtorchs: readonly Libtorch[];
  /** libtorch archives from which the set-up fetches libraries, one per minor version. */
  pins: readonly Source[];
}

/** @returns names of what was built, such as "engine-linux-x64 for libtorch 2.6" */
export async function packEngine({ root, output, machine, libtorchs, pins }: EnginePlan): Promise<string[]> {
  const folder = join(output, 'engine');
  const [platform, arch] = machine.split('-');
  if (platform !== process.platform) throw new Error(`An engine for ${machine} cannot be built on ${process.platform}`);
  const built: string[] = [];
  for (const libtorch of libtorchs) {
    const minor = minorOf(libtorch.version);
    const place = join(folder, minor);
    mkdirSync(place, { recursive: true });
    const work = join(root, 'build/portable', machine, minor);
    const objects = join(root, 'build/objects');
    const { file } = await buildAddon({ root, libtorch, output: work, objects, portable: true, arch });
    checkSymbols(file, arch);
    copyFileSync(file, join(place, 'attune.node'));
    const source = pins.find(({ version }) => minorOf(version) === minor);
    const facts = { libtorch: minor, cxx11: libtorch.cxx11, glibc: OLDEST_GLIBC, source };
    writeFileSync(join(place, 'engine.json'), `${JSON.stringify(facts, null, 2)}\n`);
    built.push(`${enginePackage(machine)} for libtorch ${minor}`);
  }
  copyTokenizers({ root, machine, target: join(folder, 'tokenizers') });
  writePackage({ root, machine, folder });
  pack(folder, output);
  return built;
}

interface Part {
  root: string;
  machine: string;
}

/** Copies the tokenizers package with this machine's binary only; npm's has those of 13 platforms. */
function copyTokenizers({ root, machine, target }: Part & { target: string }): void {
  const source = join(root, 'node_modules/tokenizers');
  const binary = new RegExp(`^tokenizers\\.${machine}(-gnu)?\\.node$`);
  mkdirSync(target, { recursive: true });
  const names = readdirSync(source).filter(
    (name) => /^(package\.json|index\.js|LICENSE)$/.test(name) || binary.test(name),
  );
  if (!names.some((name) => binary.test(name))) throw new Error(`${source} has no binary for ${machine}`);
  for (const name of names) copyFileSync(join(source, name), join(target, name));
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function writePackage({ root, machine, folder }: Part & { folder: string }): void {
  const [platform, arch] = machine.split('-');
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const manifest = {
    name: enginePackage(machine),
    version,
    description: `attune's engine, compiled for ${platform} on ${arch}. Installed by attune.`,
    license,
    os: [platform],
    cpu: [arch],
    ...(platform === 'linux' && { libc: ['glibc'] }),
    files: ['*/attune.node', '*/engine.json', 'tokenizers'],
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'README.md'), `# ${manifest.name}\n\n${manifest.description}\n`);
}
