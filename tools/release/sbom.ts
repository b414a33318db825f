/** The software bill of materials (CycloneDX) of what attune installs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demand } from './package.ts';

export function writeSbom({ root, output }: { root: string; output: string }): void {
  const options = ['--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
  writeFileSync(join(output, 'attune.cdx.json'), demand('npm', ['sbom', ...options], root));
}
