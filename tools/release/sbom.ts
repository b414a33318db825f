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

/** Within the engine's package (engine.ts). */
const CARRIED = ['tokenizers'];

export function writeSbom({ root, output }: { root: string; output: string }): void {
  // npm's own --omit dev also leaves out dependencies that a development package shares.
  const printed = demand('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], root);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const bom = shippedBom(JSON.parse(printed) as Bom, manifest);
  writeFileSync(join(output, 'attune.cdx.json'), `${JSON.stringify(bom, null, 2)}\n`);
}

/** Without what only developers need; what is installed on demand has the scope "optional". */
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

/** References of the packages that the root asks for by these names, and of all that these need. */
function reached(graph: ReadonlyMap<string, readonly string[]>, names: readonly string[]): Set<string> {
  const [direct] = graph.values();
  const found = new Set(direct.filter((ref) => names.includes(ref.slice(0, ref.lastIndexOf('@')))));
  // A set is visited in the order of insertion, with what is added on the way.
  for (const ref of found) for (const other of graph.get(ref) ?? []) found.add(other);
  return found;
}
