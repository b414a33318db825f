import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createKey } from '../../../src/serving/access/api-keys.ts';
import { storeForm } from '../../../src/serving/multipart.ts';
import { overdrawn, refuseAskedSteps } from '../../../src/serving/training/job-limits.ts';
import { fakeServer } from './fake-models.ts';

describe('requests that cost too much', () => {
  it('are refused by their place: objects where texts are expected, graders of long texts', async () => {
    const server = await fakeServer();
    const content = [{ type: [{ toString: 0 }] }];
    const odd = await server.send('/v1/chat/completions', { model: 'text', messages: [{ role: 'user', content }] });
    expect([odd.status, (await odd.json()) as object]).toMatchObject([
      400,
      { error: { type: 'invalid_request_error' } },
    ]);
    const grader = { type: 'text_similarity', name: 't', input: 'ab'.repeat(20_000), reference: 'ba'.repeat(20_000) };
    const long = await server.send('/v1/fine_tuning/alpha/graders/run', {
      grader: { ...grader, evaluation_metric: 'fuzzy_match' },
      model_sample: 'x',
      item: {},
    });
    expect([long.status, await long.json()]).toMatchObject([400, { error: { code: 'grader_too_expensive' } }]);
    await server.close();
  });

  it('do not hold the server while their tools are checked', async () => {
    const server = await fakeServer({ limits: { constraint_seconds: 1 } }, { template: '<tool_call>' });
    const parameters = { type: 'object', properties: { a: { type: 'string', pattern: '((a{1,100}){1,100}){1,100}' } } };
    const tools = [{ type: 'function', function: { name: 'f', parameters } }];
    const messages = [{ role: 'user', content: 'hello' }];
    let [most, last] = [0, performance.now()];
    const timer = setInterval(() => {
      most = Math.max(most, performance.now() - last);
      last = performance.now();
    }, 5);
    expect((await server.send('/v1/chat/completions', { model: 'text', messages, tools })).status).toBe(200);
    clearInterval(timer);
    expect(most).toBeLessThan(900);
    await server.close();
  });

  it('are refused as forms of many parts, or that never begin', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-form-'));
    const store = (text: string) => {
      const headers = { 'content-type': 'multipart/form-data; boundary=b' };
      const request = new Request('http://x/', { method: 'POST', body: text, headers });
      return storeForm(request, { field: 'file', path: join(folder, 'f'), mostBytes: 1e6, mostParts: 10 });
    };
    const field = '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n';
    await expect(store(`${field.repeat(11)}--b--`)).rejects.toThrow('form_parts');
    await expect(store(`${'x'.repeat(20_000)}\r\n${field}--b--`)).rejects.toThrow('the first boundary is missing');
    expect((await store(`${field.repeat(10)}--b--`)).fields).toEqual({ a: '' });
    rmSync(folder, { recursive: true });
  });
});

describe('jobs', () => {
  it('are refused by name, or stopped, beyond the limits of the server', () => {
    expect(() => refuseAskedSteps({ training: { max_steps: 1e15 } }, 100)).toThrow('max_steps');
    expect(() => refuseAskedSteps({ training: { max_steps: 100 } }, 100)).not.toThrow();
    const limits = { steps: 100, tokens: 1000, hours: 1, turnMinutes: 1 };
    expect(overdrawn({ steps: 100, tokens: 1000, hours: 1 }, limits)).toBeUndefined();
    expect(overdrawn({ steps: 5, tokens: 5, hours: 1.5 }, limits)?.message).toContain('job_hours: 1');
  });
});

describe('a file of keys', () => {
  it('keeps all that are made at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-keys-'));
    const file = join(folder, 'keys.yaml');
    await Promise.all(Array.from({ length: 6 }, (_, index) => createKey({ file, name: `key ${index}` })));
    expect((parse(readFileSync(file, 'utf8')) as { keys: object[] }).keys).toHaveLength(6);
    rmSync(folder, { recursive: true });
  });
});
