// Ten steps along given gradients, compared with the published implementation of each optimiser; schedules compared
// with transformers'.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ownCase } from '../../../tools/parity/optimiser-cases.ts';
import { checkFolder } from '../../../tools/parity/folder.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url));

it('optimisers and schedules take the steps of the published ones', async () => {
  const report = await checkFolder(fixture('optimisers'));
  expect(report.problems).toEqual([]);
  expect(report.notBuilt).toEqual([]);
  const names = report.outputs.map(({ name }) => name);
  for (const name of ['galore_adamw', 'schedulefree_radam', 'muon_bf16', 'clip_grad_norm', 'wsd_4_stable12_decay8'])
    expect(names).toContain(name);
});

it('the cases of a folder decide the options, and one that is unknown here is told', async () => {
  const about = { params: ['w'], options: { lr: null, betas: [0.8, 0.9], eps: 1e-6, foreach: false } };
  const known = await ownCase('x', { ...about, source: 'torch.optim.nadam.NAdam' });
  expect(known).toMatchObject({ method: 'nadam', options: { beta1: 0.8, beta2: 0.9, epsilon: 1e-6 }, learningRate: 1 });
  expect(await ownCase('x', { ...about, source: 'torch.optim.asgd.ASGD' })).toBe(
    'no optimizer of torch.optim.asgd.ASGD',
  );
  const other = { ...about, options: { maximize: true }, source: 'torch.optim.nadam.NAdam' };
  expect(await ownCase('x', other)).toBe('no option maximize: true of nadam');
});

it('weights in 4 bits and moments in 8 are those of bitsandbytes', async () => {
  const report = await checkFolder(fixture('quantisation'));
  expect(report.problems).toEqual([]);
  expect(report.outputs.some(({ name }) => name.startsWith('adamw_8bit big.step10'))).toBe(true);
});
