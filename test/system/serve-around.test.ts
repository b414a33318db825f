// Server features besides answering: certificates, trace collectors, models that crash.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { post, startServer, tinyFolder } from './serve-tiny.ts';

let files: Awaited<ReturnType<typeof tinyFolder>>;
beforeAll(async () => {
  files = await tinyFolder();
});
afterAll(() => files.remove());

const chat = { model: 'tiny', messages: [{ role: 'user', content: 'parcel' }], max_tokens: 4 };

describe('certificates', () => {
  it('make the server answer by https', async () => {
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(files.folder, name));
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        cert,
        ...names,
      ],
      { stdio: 'ignore' },
    );
    const server = await startServer({ models: [files.model], tls: { cert, key } });
    expect(server.url).toMatch(/^https:/);
    const reply = await new Promise<number | undefined>((answer, reject) => {
      get(`${server.url}/health`, { ca: readFileSync(cert) }, ({ statusCode }) => answer(statusCode)).on(
        'error',
        reject,
      );
    });
    expect(reply).toBe(200);
    await server.close();
    await expect(startServer({ models: [files.model], tls: { cert: key, key: cert } })).rejects.toMatchObject({
      code: 'E_TLS',
    });
  });
});

describe('a collector', () => {
  it('is sent spans in the trace of the client, and metrics, without any text', async () => {
    const received = new Map<string, string>();
    const collector = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        received.set(request.url!, (received.get(request.url!) ?? '') + Buffer.concat(parts).toString());
        response.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;
    const server = await startServer({ models: [files.model], otlp: `http://127.0.0.1:${port}` });
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    await post(server, '/v1/chat/completions', { ...chat, temperature: 0.5 }, { traceparent });
    await server.close();
    collector.close();
    const [traces, metrics] = ['/v1/traces', '/v1/metrics'].map((path) => JSON.parse(received.get(path)!) as object);
    const [span] = (traces as any).resourceSpans[0].scopeSpans[0].spans; // oxlint-disable-line typescript/no-explicit-any -- OTLP
    expect(span).toMatchObject({ name: 'chat tiny', traceId: 'ab'.repeat(16), parentSpanId: 'cd'.repeat(8) });
    const attributes = Object.fromEntries(
      (span.attributes as { key: string; value: object }[]).map(({ key, value }) => [key, Object.values(value)[0]]),
    );
    expect(attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.usage.output_tokens': 4,
    });
    expect(JSON.stringify(metrics)).toContain('gen_ai.server.request.duration');
    expect(JSON.stringify([traces, metrics])).not.toContain('parcel');
  });
});

describe('models that are lost', () => {
  it('are a fault of the server for whoever waits, and are opened again for the next', async () => {
    const child = spawn(resolve('bin/attune'), ['serve', files.model, '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL')); // where it has not ended by itself
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const server = JSON.parse(line.toString()) as { url: string; pid: number };
    while ((await fetch(`${server.url}/ready`)).status !== 200) await sleep(50);
    const [worker] = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    const waiting = post(server, '/v1/chat/completions', { ...chat, max_tokens: 1500, n: 16, ignore_eos: true });
    await sleep(300);
    process.kill(worker, 'SIGKILL');
    expect(await waiting).toMatchObject({
      status: 500,
      body: { error: { type: 'server_error', code: 'model_crashed' } },
    });
    expect(await post(server, '/v1/chat/completions', chat)).toMatchObject({ status: 200 });
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('by their files are unavailable, and named without their folders', async () => {
    const broken = join(files.folder, 'broken');
    mkdirSync(broken);
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'])
      writeFileSync(
        join(broken, name),
        readFileSync(join(files.model, name)).subarray(0, name === 'model.safetensors' ? 5000 : undefined),
      );
    const server = await startServer({ models: [broken] });
    const reply = await post(server, '/v1/chat/completions', { ...chat, model: 'broken' });
    expect(reply).toMatchObject({ status: 503, body: { error: { code: 'model_unavailable' } } });
    expect(reply.headers.get('retry-after')).toBe('5');
    expect(reply.text).not.toContain(files.folder);
    await server.close();
  });
});
