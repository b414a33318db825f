import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, tinyFolder, writeTinySentences, type TestServer } from './serve-tiny.ts';

/** Debian's python3-openai, or ATTUNE_PYTHON with the package. */
const python = process.env.ATTUNE_PYTHON ?? '/usr/bin/python3';
const hasPackage = spawnSync(python, ['-c', 'import openai']).status === 0;

describe.skipIf(!hasPackage)('the openai package for Python', () => {
  let files: Awaited<ReturnType<typeof tinyFolder>>;
  let server: TestServer;
  beforeAll(async () => {
    files = await tinyFolder();
    server = await startServer({ models: [files.model, writeTinySentences(join(files.folder, 'vectors'), ['fox'])] });
  });
  afterAll(async () => {
    await server.close();
    files.remove();
  });

  it('reads every reply by its strict types', async () => {
    const { stdout } = await promisify(execFile)(python, ['test/system/serve-client.py', `${server.url}/v1`]);
    const found = JSON.parse(stdout) as Record<string, unknown>;
    expect(found).toEqual({
      models: ['tiny', 'vectors'],
      tokens: 8,
      text: expect.any(String) as unknown,
      streamed: found.text,
      usage: 8,
      call: 'find',
      arguments: ['number'],
      completions: [0, 1],
      vector: 64,
      response: 'incomplete',
      events: ['response.created', 'response.incomplete'],
      bad: [400, 'temperature', true],
      missing: 'model_not_found',
    });
  });
});
