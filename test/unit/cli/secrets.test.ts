// Secrets do not leak: no command prints, stores or forwards one.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, constantFrom, property, string } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redactData } from '../../../src/app/redact/redact-data.ts';
import { restoreData } from '../../../src/app/redact/restore-data.ts';
import { attuneCache } from '../../../src/base/home.ts';
import { withoutCredentials, withoutSecrets } from '../../../src/base/secrets.ts';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { commands } from '../../../src/cli/commands.ts';
import { AnswerCache } from '../../../src/scoring/endpoint/answer-cache.ts';
import { chatCompletion } from '../../../src/scoring/endpoint/chat-completion.ts';
import { ContentCache, type CacheKey } from '../../../src/files/cache.ts';
import { FileDraft } from '../../../src/files/file-draft.ts';
import { temporaryFolder } from '../../../src/files/temporary.ts';
import { fetchWith } from '../../../src/store/hub/listing.ts';
import { step as redactStep } from '../../../src/preparation/steps/redact.ts';

const KEY = 'sk-proj-Zq7"Vw/3+Kd9_Lx2%Tb';
const SECRETS: Record<string, string> = {
  OPENAI_API_KEY: KEY,
  HF_TOKEN: 'hf_QwErTyUiOpAsDfGhJk',
  PGPASSWORD: 'pg-Xk29vLm4Rt',
  ATTUNE_VAULT_PASSPHRASE: 'vault-N8sPd3Wq7Zc',
  ATTUNE_REDACTION_KEY: 'redact-B5hTr6Yv2Mj0',
};
const DATABASE = 'postgres://ann:db-Hj61%2FQs8Fz@127.0.0.1:9/shop';
const DATABASE_PASSWORDS = ['db-Hj61%2FQs8Fz', 'db-Hj61/Qs8Fz'];

let folder: string;
const path = (name: string): string => join(folder, name);
const before = { ...process.env };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-secrets-test-'));
  mkdirSync(path('tmp'));
  Object.assign(process.env, SECRETS, { ATTUNE_HOME: path('home'), HF_HOME: path('hf'), TMPDIR: path('tmp'), CI: '1' });
  writeFileSync(path('rows.jsonl'), '{"prompt": "Call Jane Doe", "completion": "yes"}\n'.repeat(3));
});
afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

/** A server that echoes its input in every encoding. */
async function withEcho<Result>(use: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer((request, response) => {
    const said = String(request.headers.authorization).replace('Bearer ', '');
    const forms = [said, JSON.stringify(said), encodeURIComponent(said), said.slice(0, 12), said.slice(-12)];
    const encoded = ['base64', 'base64url', 'hex'].map((form) => Buffer.from(said).toString(form as 'hex'));
    const basic = Buffer.from(`user:${said}`).toString('base64');
    const unicode = [...said].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    const entities = [...said].map((one) => `&#${one.charCodeAt(0)};`).join('');
    const message = `refused: ${[...forms, ...encoded, basic, unicode, entities].join(' , ')}`;
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** All encodings of a secret and of large parts of it. */
function formsOf(secret: string): string[] {
  const encoded = ['base64', 'base64url', 'hex'].map((form) =>
    Buffer.from(secret)
      .toString(form as 'hex')
      .slice(2, 14),
  );
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    secret.slice(-8),
    secret.slice(0, 12),
    ...encoded,
  ];
}

function leaksIn(text: string): string[] {
  const all = [...Object.values(SECRETS), ...DATABASE_PASSWORDS].flatMap(formsOf);
  return all.filter((form) => text.includes(form));
}

function filesBelow(root: string): string[] {
  if (!existsSync(root)) return [];
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function run(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const stream = { write: (part: string) => void (text += part) };
  const code = await runCommandLine(argv, { stdin: {}, stdout: stream, stderr: stream, env: process.env });
  return { code, text };
}

describe('planted secrets', () => {
  it('are in no output of any command, and in no file that one leaves', { timeout: 180_000 }, async () => {
    const given = process.cwd();
    process.chdir(folder);
    try {
      await withEcho(async (url) => {
        process.env.HF_ENDPOINT = url;
        const rows = 'rows.jsonl';
        writeFileSync(path('p.yaml'), `sources: ["${DATABASE}"]\nquery: select 1\nsteps: [{step: records}]\n`);
        writeFileSync(path('r.yaml'), `model: "${DATABASE}"\ndata: {train: "${DATABASE}"}\n`);
        const lines = (from: number) =>
          Array.from({ length: 12 }, (_, row) =>
            JSON.stringify({ prompt: `question ${from + row}`, completion: `a ${row}` }),
          );
        writeFileSync(path('train.jsonl'), lines(0).join('\n'));
        writeFileSync(path('test.jsonl'), lines(50).join('\n'));
        const special = [
          ['data', 'prepare', DATABASE, '--query', 'select 1', '--output', 'db.jsonl'],
          ['data', 'prepare', rows, DATABASE, '--query', 'select 1', '--output', 'both.jsonl'],
          ['data', 'pipeline', 'p.yaml', '--output', 'set'],
          ['data', 'redact', rows, '--output', 'clean.jsonl', '--vault', 'v'],
          ['data', 'redact', rows, '--output', 'other.jsonl', '--style', 'surrogates'],
          ['data', 'restore', 'clean.jsonl', '--vault', 'v', '--output', 'back.jsonl'],
          ['data', 'restore', 'clean.jsonl', '--vault', rows, '--output', 'not.jsonl'],
          ['compare', `${url}/v1#large`, 'nearest', '--data', 'test.jsonl', '--train-data', 'train.jsonl'],
          ['models', 'pull', 'owner/name'],
          ['data', 'pull', 'owner/name'],
          ['train', 'r.yaml'],
        ];
        const plain = commands.names
          .filter((name) => !['quickstart', 'setup', 'doctor'].includes(name))
          .flatMap((name) => [
            [...name.split(' '), DATABASE],
            [...name.split(' '), DATABASE, '--output', DATABASE, '--json'],
          ]);
        const leaks: Record<string, string[]> = {};
        const texts: string[] = [];
        for (const argv of [...special, ...plain]) {
          const { text } = await run(...argv);
          texts.push(text);
          const found = leaksIn(text);
          if (found.length > 0) leaks[argv.join(' ')] = [...found, text];
        }
        expect(leaks).toEqual({});
        // The servers did receive the secrets.
        expect(texts.join('\n')).toContain('(the value of OPENAI_API_KEY)');
        const kept = filesBelow(folder).filter((file) => !/(p|r)\.yaml$/.test(file));
        expect(kept.length).toBeGreaterThan(4);
        for (const file of kept) expect([file, leaksIn(readFileSync(file, 'latin1'))]).toEqual([file, []]);
      });
    } finally {
      process.chdir(given);
      delete process.env.HF_ENDPOINT;
    }
  });

  it('are taken out of what a server repeats, escaped, encoded or in part, and nothing else is', async () => {
    const said = await withEcho(async (url) => {
      const endpoint = { url, model: 'm', key: KEY, keyVariable: 'THE_KEY' };
      const body = { model: 'm', messages: [], temperature: 0, max_tokens: 1 } as const;
      const limits = { seconds: 5, dialect: { newLimit: false, ownTemperature: false, freeForm: false } };
      return chatCompletion(endpoint, body, limits).catch((error: unknown) => JSON.stringify(error));
    });
    expect(leaksIn(String(said))).toEqual([]);
    expect(said).toContain('(the value of THE_KEY)');
    const secrets = [{ value: KEY, shown: '(key)' }];
    for (const text of ['no such model: "large"', 'a 100% \\"wrong\\" request', ''])
      expect(withoutSecrets(text, secrets)).toBe(text);
    expect(withoutSecrets(`key ${KEY.slice(3, 14)}… is unknown`, secrets)).toBe('key (key)… is unknown');
    expect(withoutCredentials(`at ${DATABASE} and http://host/a?token=abc&b=1`)).toBe(
      'at postgres://127.0.0.1:9/shop and http://host/a?token=…&b=1',
    );
  });

  it('are in no text that is cleaned of them, whatever they are and whatever stands around them', () => {
    const key = string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' }).filter((one) => new Set(one).size > 4);
    const way = constantFrom<(one: string) => string>(
      (one) => one,
      (one) => JSON.stringify(one),
      encodeURIComponent,
      (one) => Buffer.from(one).toString('base64'),
      (one) => Buffer.from(one).toString('hex'),
      (one) => JSON.stringify(JSON.stringify(one)),
    );
    assert(
      property(key, way, string(), string(), (value, encode, before, after) => {
        const clean = withoutSecrets(`${before} ${encode(value)} ${after}`, [{ value, shown: '□' }]);
        expect(clean).not.toContain(value);
        const isLong = encode(value).length > 12 && !/[%\\]/.test(value);
        expect(isLong && clean.includes(encode(value))).toBe(false);
      }),
      { seed: 20, numRuns: 300 },
    );
  });

  it('do not follow a next page to another host, nor go where others can read them', async () => {
    const seen: [string, string | null][] = [];
    const original = globalThis.fetch;
    globalThis.fetch = ((address: string, options: RequestInit) => {
      seen.push([address, new Headers(options.headers).get('authorization')]);
      return Promise.resolve(new Response('[]'));
    }) as typeof fetch;
    try {
      const settings = { cache: folder, token: SECRETS.HF_TOKEN, isOffline: false };
      await fetchWith({ ...settings, endpoint: 'https://hub.example' })('https://hub.example/api/x');
      await fetchWith({ ...settings, endpoint: 'https://hub.example' })('https://evil.example/api/x?cursor=2');
      await fetchWith({ ...settings, endpoint: 'https://hub.example' })('http://hub.example/api/x');
      await fetchWith({ ...settings, endpoint: 'http://mirror.example' })('http://mirror.example/api/x');
    } finally {
      globalThis.fetch = original;
    }
    expect(seen.map(([, token]) => token)).toEqual([`Bearer ${SECRETS.HF_TOKEN}`, null, null, null]);
    process.env.HF_ENDPOINT = 'http://mirror.invalid';
    const { text } = await run('models', 'pull', 'owner/name');
    delete process.env.HF_ENDPOINT;
    expect(text).toContain('is contacted without your token');
  });
});

describe('secrets that can be guessed', () => {
  it('are refused: short passphrases of vaults, empty and short keys of surrogates', async () => {
    const vault = (passphrase: string) =>
      redactData(path('rows.jsonl'), { output: path('g.jsonl'), vault: path('g.v'), passphrase });
    for (const weak of ['x', 'short', 'aaaaaaaaaaaaaaaa'])
      await expect(vault(weak)).rejects.toMatchObject({ code: 'E_PASSPHRASE_WEAK' });
    const surrogates = (key: string) =>
      redactData(path('rows.jsonl'), { output: path('g.jsonl'), style: 'surrogates', key });
    for (const weak of ['', 'x', 'short-key'])
      await expect(surrogates(weak)).rejects.toMatchObject({ code: 'E_REDACTION_KEY_WEAK' });
    process.env.WEAK_KEY = 'x';
    const options = redactStep.options.parse({ style: 'surrogates', key_env: 'WEAK_KEY' });
    const context = {
      base: folder,
      folder,
      openTokenizer: () => Promise.reject(),
      openRecognisers: () => Promise.resolve([]),
    };
    await expect(async () => redactStep.open(options, context as never)).rejects.toMatchObject({
      code: 'E_REDACTION_KEY_WEAK',
    });
    expect(existsSync(path('g.jsonl'))).toBe(false);
  });

  it('cost as much to try as OWASP asks; vaults of before are still read', async () => {
    const given = { output: path('s.jsonl'), vault: path('s.v'), passphrase: 'four words by chance' };
    await redactData(path('rows.jsonl'), given);
    expect(readFileSync(path('s.v')).subarray(0, 15).toString()).toBe('attune-vault-2\n');
    const { createCipheriv, scryptSync } = await import('node:crypto');
    const [magic, salt, nonce] = [Buffer.from('attune-vault-1\n'), Buffer.alloc(16, 1), Buffer.alloc(12, 2)];
    const cipher = createCipheriv(
      'aes-256-gcm',
      scryptSync('old', salt, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 }),
      nonce,
    );
    cipher.setAAD(magic);
    const body = Buffer.concat([cipher.update('[["[NAME_1]","Jane Doe"]]'), cipher.final()]);
    writeFileSync(path('old.v'), Buffer.concat([magic, salt, nonce, cipher.getAuthTag(), body]));
    await restoreData(path('s.jsonl'), { output: path('s.back.jsonl'), vault: path('old.v'), passphrase: 'old' });
    expect(readFileSync(path('s.back.jsonl'), 'utf8')).toContain('Jane Doe');
    expect(statSync(path('s.back.jsonl')).mode & 0o077).toBe(0);
    expect(statSync(path('s.v')).mode & 0o077).toBe(0);
  });
});

describe('files with rows in the clear', () => {
  it('are their user’s alone in caches', () => {
    new AnswerCache().write(
      'https://host/v1',
      { model: 'm', messages: [], temperature: 0, max_tokens: 1 },
      {} as never,
    );
    new ContentCache().write('k'.repeat(64) as CacheKey, [Buffer.from('rows')]);
    const files = filesBelow(attuneCache());
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
    expect(statSync(attuneCache()).mode & 0o077).toBe(0);
  });

  it('do not outlive a killed process: the next one takes them away', async () => {
    mkdirSync(path('killed'));
    const code = `import { FileDraft } from ${JSON.stringify(resolve('src/files/file-draft.ts'))};
      import { temporaryFolder } from ${JSON.stringify(resolve('src/files/temporary.ts'))};
      new FileDraft(process.argv[1]).write('rows'); temporaryFolder('rows', process.argv[2]);
      console.log('there'); setInterval(() => undefined, 1000);`;
    const words = ['--input-type=module', '-e', code, path('killed/out.jsonl'), path('killed')];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((done) => child.stdout.once('data', done));
    const left = readdirSync(path('killed'));
    expect(left).toHaveLength(2);
    child.kill('SIGKILL');
    await new Promise((done) => child.on('close', done));
    await sleep(10);
    using draft = new FileDraft(path('killed/out.jsonl'));
    rmSync(temporaryFolder('rows', path('killed')), { recursive: true });
    for (const name of left) expect(existsSync(path(`killed/${name}`))).toBe(false);
    expect(draft.path).toContain('out.jsonl');
  });
});

it('a file is not overwritten by what belongs to it: --vault equal to --output, or to the rows', async () => {
  const [from, passphrase] = [path('rows.jsonl'), 'four words by chance'];
  const same = (to: string, vault: string) => redactData(from, { output: to, vault, passphrase });
  for (const [to, vault] of [
    [path('x.jsonl'), path('x.jsonl')],
    [path('x.jsonl'), `${folder}/./tmp/../x.jsonl`],
    [path('x.jsonl'), from],
    [from, path('x.v')],
    [path('x.jsonl'), path('x.jsonl.redaction')],
  ])
    await expect(same(to, vault)).rejects.toMatchObject({ code: 'E_SAME_FILE' });
  expect(readFileSync(from, 'utf8')).toContain('Jane Doe');
});
