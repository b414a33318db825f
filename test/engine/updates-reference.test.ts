// Ten steps along given gradients against the published implementations of each optimiser; schedules against transformers'.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkFolder } from '../../tools/parity/folder.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

it('optimisers and schedules take the steps of the published ones', async () => {
  const report = await checkFolder(fixture('optimisers'));
  expect(report.problems).toEqual([]);
  const names = report.outputs.map(({ name }) => name);
  for (const name of ['galore_adamw', 'schedulefree_adamw', 'prodigy', 'wsd_4_stable12_decay8', 'inverse_sqrt_4'])
    expect(names).toContain(name);
});

it('weights in 4 bits and moments in 8 are those of bitsandbytes', async () => {
  const report = await checkFolder(fixture('quantisation'));
  expect(report.problems).toEqual([]);
  expect(report.outputs.some(({ name }) => name.startsWith('adamw_8bit big.step10'))).toBe(true);
});
