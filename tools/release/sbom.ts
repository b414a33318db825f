/** The software bill of materials (CycloneDX) of attune, its engine, and the packages that are installed on demand. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demand } from './package.ts';

interface Bom {
  components: { 'bom-ref': string; scope?: string; properties?: unknown[] }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface Manifest {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

/** Contained in the engine's package (engine.ts). */
const CARRIED = ['tokenizers'];

export function writeSbom({ root, output }: { root: string; output: string }): void {
  // npm's own --omit dev also leaves out dependencies that a development package shares.
  const printed = demand('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], root);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const bom = shippedBom(JSON.parse(printed) as Bom, manifest);
  writeFileSync(join(output, 'attune.cdx.json'), `${JSON.stringify(bom, null, 2)}\n`);
}

/** Leaves out development dependencies; packages installed on demand have the scope "optional". */
export function shippedBom(bom: Bom, manifest: Manifest): Bom {
  const graph = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const required = reached(graph, [...Object.keys(manifest.dependencies), ...CARRIED]);
  const asked = Object.keys({ ...manifest.optionalDependencies, ...manifest.peerDependencies });
  const shipped = new Set([...required, ...reached(graph, asked)]);
  const [{ ref: root }] = bom.dependencies;
  return {
    ...bom,
    components: bom.components
      .filter((component) => shipped.has(component['bom-ref']))
      .map((component) => {
        const { properties: _, ...kept } = component;
        return { ...kept, scope: required.has(component['bom-ref']) ? 'required' : 'optional' };
      }),
    dependencies: bom.dependencies
      .filter(({ ref }) => ref === root || shipped.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => shipped.has(other)) })),
  };
}

/** References of the root's dependencies with these names, and of everything that they depend on. */
function reached(graph: ReadonlyMap<string, readonly string[]>, names: readonly string[]): Set<string> {
  const [direct] = graph.values();
  const found = new Set(direct.filter((ref) => names.includes(ref.slice(0, ref.lastIndexOf('@')))));
  // Sets iterate in insertion order and include entries added meanwhile.
  for (const ref of found) for (const other of graph.get(ref) ?? []) found.add(other);
  return found;
}
