import { expect, it } from 'vitest';
import { adapters } from '../../../src/app/index.ts';

it.each([0, -1, 1.5, Number.NaN])('%d layers of an adapter cannot be projected', async (layers) => {
  const asked = adapters.project('lora', { unaligned: 'base', output: 'never', layers });
  await expect(asked).rejects.toMatchObject({ code: 'E_USAGE', problems: [{ field: 'layers' }] });
});

it.each([0, -0.5, 1.5, Number.NaN])('adapters cannot be merged with a density of %d', async (density) => {
  const asked = adapters.merge(['one', 'other'], { density, output: 'never' });
  await expect(asked).rejects.toMatchObject({ code: 'E_USAGE', problems: [{ field: 'density' }] });
});
