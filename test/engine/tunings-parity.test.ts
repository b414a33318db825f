import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkFolder } from '../../tools/parity/folder.ts';

const root = fileURLToPath(new URL('../../fixtures/tunings', import.meta.url));
const cases = readdirSync(root).flatMap((base) => readdirSync(join(root, base)).map((name) => join(base, name)));

it.each(cases)('%s gives the logits, merged weights and ten-step curve of the reference', async (name) => {
  const report = await checkFolder(join(root, name));
  expect(report.problems).toEqual([]);
  expect(report.outputs.every(({ compared }) => compared > 0)).toBe(true);
  expect(report.curves.map((curve) => curve.name)).toEqual(['loss', 'gradient norm']);
});

it('LoRA on a checkpoint in nf4 gives the logits and the ten-step curve of PEFT on bitsandbytes', async () => {
  const report = await checkFolder(fileURLToPath(new URL('../../fixtures/quantisation/llama_nf4', import.meta.url)));
  expect(report.problems).toEqual([]);
  expect(report.curves.map((curve) => curve.name)).toEqual(['loss', 'gradient norm']);
});
