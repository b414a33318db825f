import { expect, it } from 'vitest';
import { projectAdapter } from '../../../src/app/adapters.ts';

it.each([0, -1, 1.5, Number.NaN])('%d layers of an adapter cannot be projected', async (layers) => {
  const asked = projectAdapter('lora', { unaligned: 'base', folder: 'never', layers });
  await expect(asked).rejects.toMatchObject({ code: 'E_USAGE' });
});
