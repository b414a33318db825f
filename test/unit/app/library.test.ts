// How the library's functions accept their arguments.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { audit, lineage, models, serve } from '../../../src/app/index.ts';

let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'attune-library-'));
  vi.stubEnv('ATTUNE_HOME', home);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

it('takes options in place of arguments that may be left out', async () => {
  expect(await audit({ limit: 1 })).toEqual([]);
  expect(await audit('tickets', { limit: 1 })).toEqual([]);
  await expect(models.promote('tickets', { force: 'x' })).rejects.toMatchObject({ code: 'E_MODEL_UNREGISTERED' });
  await expect(models.promote('tickets', 'v0')).rejects.toMatchObject({ code: 'E_USAGE', got: 'v0' });
});

it('gives the result that an option asks for, by its type', async () => {
  const { document, unknown } = await lineage({ document: 'miller.pdf' });
  expect([document, unknown]).toEqual(['miller.pdf', []]);
  const { user, answers } = await lineage({ user: 'ann' });
  expect([user, answers]).toEqual(['ann', 0]);
  await expect(lineage('tickets', { user: 'ann' })).rejects.toMatchObject({ code: 'E_USAGE' });
});

it('serves by options and, below them, settings; their schema says all that is wrong', async () => {
  const asked = serve({ port: 99_999, settings: { port: 1, max_queue: -1, log: 'silent' } });
  await expect(asked).rejects.toMatchObject({
    code: 'E_SERVE_SETTINGS',
    problems: [{ field: 'port' }, { field: 'max_queue' }],
  });
});
