// Error replies for common mistakes, and that they are cheap.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeServer, type FakeServer } from './fake-models.ts';

let server: FakeServer;
beforeAll(async () => {
  server = await fakeServer({
    models: ['text', 'text-owned', 'rows'],
    aliases: { 'gpt-4o-mini': 'text' },
    log: 'silent',
  });
});
afterAll(() => server.close());

const messages = [{ role: 'user', content: 'a' }];

async function refused(path: string, body?: unknown) {
  const response = await server.send(path, body);
  const { error } = (await response.json()) as { error: { message: string; param: string | null; code: string } };
  return { status: response.status, ...error };
}

describe('a request with a mistake', () => {
  it('is told of every field that is wrong, unknown ones and others', async () => {
    const error = await refused('/v1/chat/completions', {
      model: 'text',
      messages: 'a',
      temprature: 1,
      max_tokens: '5',
    });
    expect(error).toMatchObject({ status: 400, param: 'temprature', code: 'unknown_parameter' });
    expect(error.message).toMatch(/^temprature is unknown \(did you mean temperature\?\)\. .*messages .*; max_tokens /);
  });

  it('is told what it may have meant: a model, an alias, a path with or without its version', async () => {
    expect((await refused('/v1/chat/completions', { model: 'tex', messages })).message).toContain(
      "Did you mean 'text'?",
    );
    const alias = await refused('/v1/chat/completions', { model: 'gpt-4o-minni', messages });
    expect(alias).toMatchObject({ status: 404, code: 'model_not_found' });
    expect(alias.message).toContain("Did you mean 'gpt-4o-mini'?");
    expect((await refused('/chat/completions', {})).message).toContain('Did you mean /v1/chat/completions?');
    expect((await refused('/v1/chat/completion', {})).message).toContain('Did you mean /v1/chat/completions?');
    expect((await refused('/favourites')).message).toBe(
      'There is no endpoint GET /favourites. GET /openapi.json lists all endpoints.',
    );
    expect((await refused('/v1/completions')).message).toBe('/v1/completions accepts POST, not GET.');
    expect((await refused('/v1/embeddings', { model: 'text', input: 'a' })).message).toBe(
      "The model 'text' generates text: use /v1/chat/completions or /v1/completions.",
    );
  });

  it('may hold NUL characters and half surrogate pairs in texts, and in no name', async () => {
    const chat = { model: 'text', messages: [{ role: 'user', content: 'a\0\uD83D' }], max_tokens: 1 };
    expect((await server.send('/v1/chat/completions', chat)).status).toBe(200);
    const param = async (body: object) => {
      const { status, code, param: at } = await refused('/v1/chat/completions', { ...chat, ...body });
      expect({ status, code }).toEqual({ status: 400, code: 'invalid_value' });
      return at;
    };
    expect(await param({ user: 'a\0' })).toBe('user');
    expect(await param({ model: 'text\0' })).toBe('model');
    expect(await param({ metadata: { team: '\uD83D' } })).toBe('metadata.team');
    expect(await param({ metadata: { 'a\0': 'b' } })).toBe('metadata');
    expect(await refused('/v1/models/a%00b')).toMatchObject({ status: 400, param: 'model' });
  });

  it('never keeps the server busy, however many and long its names are', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`temperature_${i}`, i]));
    const before = process.cpuUsage();
    const error = await refused('/v1/completions', { model: 'text', prompt: 'a', ...many });
    expect(error.message).toContain('… and 19,990 more');
    const long = await refused('/v1/completions', { model: 'text', prompt: 'a', ['x'.repeat(1_000_000)]: 1 });
    expect(long).toMatchObject({ status: 400, param: 'x'.repeat(64) });
    expect(
      (await refused('/v1/completions', { model: 'y'.repeat(1_000_000), prompt: 'a' })).message.length,
    ).toBeLessThan(400);
    // Comparing them with all fields used to take minutes.
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
  });
});
