import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  aliasesOf,
  aliasHistory,
  beginRollout,
  CHAMPION,
  earlierChampion,
  endRollout,
  findVersion,
  moveAlias,
  openRollouts,
  readAudit,
  versionsOf,
} from '../../../../src/store/registry/index.ts';
import { ownRegistry, type OwnRegistry } from './made-up-versions.ts';

let own: OwnRegistry;
beforeEach(async () => {
  own = await ownRegistry();
});
afterEach(() => own.close());

const plan = { share: 0.1, shadowPairs: 0, bakeMs: 0, guards: [], by: 'ann' };

async function rollBack(version: number): Promise<void> {
  await moveAlias(own.registry, { model: 'tickets', alias: CHAMPION, version, action: 'rolled back', by: 'ann' });
}

describe('versions', () => {
  it('are numbered by model, and unknown ones named with what there is', async () => {
    expect([await own.add('tickets'), await own.add('tickets'), await own.add('refunds')]).toEqual([1, 2, 1]);
    expect((await versionsOf(own.registry, 'tickets')).map(({ version }) => version)).toEqual([1, 2]);
    await expect(findVersion(own.registry, 'tickets', 3)).rejects.toMatchObject({ code: 'E_VERSION_UNKNOWN' });
    await expect(versionsOf(own.registry, 'ticket')).rejects.toMatchObject({ fix: 'did you mean tickets?' });
    await expect(own.add('a b')).rejects.toMatchObject({ code: 'E_MODEL_NAME' });
  });

  it('of one owner are not another’s', async () => {
    await own.add('tickets', 'text', 'shop');
    await expect(own.add('tickets', 'text', 'bank')).rejects.toMatchObject({ code: 'E_MODEL_NAME' });
  });
});

describe('aliases', () => {
  it('remember where they were, and a rollback goes to what was in use before', async () => {
    for (let i = 0; i < 3; i++) await own.promote('tickets', await own.add('tickets'));
    expect(await earlierChampion(own.registry, 'tickets')).toBe(2);
    await rollBack(2);
    expect(await earlierChampion(own.registry, 'tickets')).toBe(1);
    await own.promote('tickets', 3);
    expect(await earlierChampion(own.registry, 'tickets')).toBe(2);
    await rollBack(2);
    await rollBack(1);
    await expect(earlierChampion(own.registry, 'tickets')).rejects.toMatchObject({ code: 'E_NO_ROLLBACK' });
    expect(await aliasesOf(own.registry, 'tickets')).toEqual({ champion: 1 });
    expect((await aliasHistory(own.registry, 'tickets')).map(({ from, to }) => [from, to])).toEqual([
      [2, 1],
      [3, 2],
      [2, 3],
      [3, 2],
      [2, 3],
      [1, 2],
      [undefined, 1],
    ]);
  });
});

describe('rollouts', () => {
  it('need a champion, replace one another, and end once', async () => {
    const { registry } = own;
    await own.add('tickets');
    await expect(beginRollout(registry, { model: 'tickets', version: 1, ...plan })).rejects.toMatchObject({
      code: 'E_NO_CHAMPION',
    });
    await own.promote('tickets', 1);
    await own.add('tickets');
    await beginRollout(registry, { model: 'tickets', version: 2, ...plan });
    const second = await beginRollout(registry, { model: 'tickets', version: 2, ...plan, guards: ['error_rate<1%'] });
    expect(await openRollouts(registry)).toHaveLength(1);
    const end = { outcome: 'promoted' as const, reason: 'baked', by: 'server' };
    expect(await endRollout(registry, second, end)).toBe(true);
    expect(await endRollout(registry, second, { ...end, outcome: 'rolled back' })).toBe(false);
    expect(await aliasesOf(registry, 'tickets')).toEqual({ champion: 2 });
  });
});

describe('the audit log', () => {
  it('names who did what on which hashes, and shows a changed entry', async () => {
    await own.promote('tickets', await own.add('tickets'));
    const { entries, changed } = await readAudit(own.registry, { subject: 'tickets' });
    expect(entries.map(({ action, by }) => [action, by])).toEqual([
      ['alias-promoted', 'ann'],
      ['model-registered', 'ann'],
    ]);
    expect(entries[0].hashes).toEqual({ weights: 'a'.repeat(64), 'data.train': 'b'.repeat(64) });
    expect(changed).toEqual([]);
    await own.registry.updateTable('audit').set({ by: 'bob' }).where('id', '=', 1).execute();
    expect((await readAudit(own.registry)).changed).toEqual([1]);
  });
});
