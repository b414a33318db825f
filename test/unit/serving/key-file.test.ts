import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKey } from '../../../src/serving/access/api-keys.ts';
import { fakeServer } from './fake-models.ts';

describe('keys', () => {
  it('act and are revoked when their file changes, and stay where it is broken', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-keys-'));
    const file = join(folder, 'keys.yaml');
    const { key: own } = await createKey({ file, name: 'own', models: ['text'] });
    const { key: admin } = await createKey({ file, name: 'admin', admin: true });
    const server = await fakeServer({ models: ['text'], api_keys: file });
    const by = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    const status = async (key: string) => (await server.send('/v1/models', undefined, by(key))).status;
    const { key: late } = await createKey({ file, name: 'late' });
    expect([await status(own), await status(late)]).toEqual([200, 200]);
    for (const broken of ['', 'keys: [', 'keys: [{name: own, sha256: 1}]']) {
      writeFileSync(file, broken);
      expect([await status(own), await status(late), await status(`${late}x`)]).toEqual([200, 200, 401]);
    }
    rmSync(file);
    expect(await status(own)).toBe(200);
    const reasons = server.log.filter(({ msg }) => msg === 'API keys cannot be read: the previous keys stay in force');
    expect(reasons.map(({ err }) => (err as { got?: string; problems?: object[] }).got)).toEqual([
      'an empty file',
      expect.any(String),
      undefined,
      'no such file',
    ]);
    const { key: next } = await createKey({ file, name: 'next' });
    expect([await status(own), await status(admin), await status(next)]).toEqual([401, 401, 200]);
    writeFileSync(file, 'keys: []');
    expect(await status(next)).toBe(401);
    await server.close();
    rmSync(folder, { recursive: true });
  });
});
