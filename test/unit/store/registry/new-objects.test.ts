// Leftovers of a process that died after storing an object and before adding its row.
import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { addFile, filePath, findFile, removeUnfinished, storeVersion } from '../../../../src/store/registry/index.ts';
import { newTickets, registryInBucket, writeRows } from './registry-in-bucket.ts';

const ROWS = '{"prompt": "a"}\n';
const DAY = 86_400_000;
const at = registryInBucket();

const keys = () => [...at.bucket.objects.keys()].map((key) => key.replace('attune/', ''));

function added(id: string): ReturnType<typeof addFile> {
  return addFile(at.registry, id, (path) => writeRows(path, ROWS));
}

/** Simulates a process that is killed once its object is in the bucket: nothing later happens. */
async function diesBeforeItsRow(work: () => Promise<unknown>): Promise<void> {
  const { promise: killed, resolve: kill } = Promise.withResolvers<void>();
  const execute = (): Promise<never> => {
    kill();
    return new Promise(() => undefined);
  };
  const whole = at.registry.transaction.bind(at.registry);
  // The first transaction records that the upload has begun.
  const transaction = vi.spyOn(at.registry, 'transaction').mockImplementationOnce(whole);
  transaction.mockReturnValue({ execute } as never);
  void work();
  await killed;
  transaction.mockRestore();
}

const model = () => newTickets(at.home, 'weights');

describe('objects without a row', () => {
  it('are removed a day later, and nothing else', async () => {
    await added('file-kept');
    await storeVersion(at.registry, model());
    const kept = keys();
    await diesBeforeItsRow(() => added('file-left'));
    await diesBeforeItsRow(() => storeVersion(at.registry, model()));
    at.bucket.objects.set('attune/files/file-of-another-registry.jsonl', Buffer.from(ROWS));
    expect(keys()).toHaveLength(kept.length + 3);
    await removeUnfinished(at.registry, Date.now() + DAY - 60_000);
    expect(keys()).toHaveLength(kept.length + 3);
    await removeUnfinished(at.registry, Date.now() + DAY);
    expect(keys()).toEqual([...kept, 'files/file-of-another-registry.jsonl']);
    expect([existsSync(filePath('file-left')), existsSync(filePath('file-kept'))]).toEqual([false, true]);
    expect(await at.registry.selectFrom('unfinished_objects').selectAll().execute()).toEqual([]);
  });

  it('that are in a folder alone, too', async () => {
    process.env.ATTUNE_OBJECTS = '';
    await diesBeforeItsRow(() => added('file-left'));
    expect(existsSync(filePath('file-left'))).toBe(true);
    await removeUnfinished(at.registry, Date.now() + DAY);
    expect(existsSync(filePath('file-left'))).toBe(false);
  });

  it('stay where the row was written after all, or was there before', async () => {
    await added('file-a');
    await diesBeforeItsRow(() => added('file-a'));
    await removeUnfinished(at.registry, Date.now() + DAY);
    expect(keys()).toEqual(['files/file-a.jsonl']);
    expect(await at.registry.selectFrom('unfinished_objects').selectAll().execute()).toEqual([]);
  });

  it('are of the registry that wrote them: a copy of it removes none', async () => {
    await diesBeforeItsRow(() => added('file-left'));
    await at.registry.updateTable('unfinished_objects').set({ place: 'db.example.org/attune' }).execute();
    await removeUnfinished(at.registry, Date.now() + DAY);
    expect(keys()).toEqual(['files/file-left.jsonl']);
  });

  it.each([true, false])('get none once they were given up, whether their removal failed: %s', async (fails) => {
    if (fails) at.bucket.fault = ({ method }) => (method === 'PUT' ? undefined : { status: 403, code: 'AccessDenied' });
    const late = addFile(at.registry, 'file-late', async (path) => {
      writeRows(path, ROWS);
      await removeUnfinished(at.registry, Date.now() + DAY).catch(() => undefined);
      return writeRows(path, ROWS);
    });
    await expect(late).rejects.toMatchObject({ code: 'E_OBJECTS_GIVEN_UP' });
    expect(await findFile(at.registry, 'file-late', 'shop')).toBeUndefined();
    at.bucket.fault = () => undefined;
    await removeUnfinished(at.registry);
    expect(keys()).toEqual([]);
  });

  it('are not written again while they are removed', async () => {
    await diesBeforeItsRow(() => added('file-left'));
    at.bucket.fault = ({ method }) => (method === 'DELETE' ? { status: 403, code: 'AccessDenied' } : undefined);
    await expect(removeUnfinished(at.registry, Date.now() + DAY)).rejects.toMatchObject({ code: 'E_OBJECTS_DENIED' });
    await expect(added('file-left')).rejects.toMatchObject({ code: 'E_OBJECTS_GIVEN_UP' });
    at.bucket.fault = () => undefined;
    await removeUnfinished(at.registry);
    expect(keys()).toEqual([]);
    await added('file-left');
    expect(keys()).toEqual(['files/file-left.jsonl']);
  });
});
