import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { tokenizerOf } from '../../../src/answering/model/model-readers.ts';
import { divergenceOf, NOTHING, sparseDivergenceOf } from '../../../src/training/objectives/distillation-losses.ts';
import { create } from '../../../src/training/objectives/gkd.ts';
import { options as gkdOptions } from '../../../src/training/objectives/gkd.options.ts';
import { collateRows } from '../../../src/answering/tasks/rows/collate.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { fromArray, noGrad, scope } from '../../../src/engine/tensor/index.ts';
import type { Tokenizer } from '../../../src/models/text/index.ts';
import { writeModel } from '../method-matrix.ts';
import type { TaughtRow } from '../../../src/training/objectives/endpoint-teacher.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-teacher-'));
let model: Model;
let tokenizer: Tokenizer;
let server: Server;
let url: string;
/** Reply format of the server, and the requests that it received. */
let dialect: 'vllm' | 'echo' | 'mute' | 'shifted' = 'echo';
let asked: string[] = [];

beforeAll(async () => {
  await writeModel(join(folder, 'llama'), 'llama');
  ({ model } = await loadModel(join(folder, 'llama'), { dtype: 'f32' }));
  tokenizer = await tokenizerOf(join(folder, 'llama'));
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { status, reply } = await answer(request.url!, JSON.parse(Buffer.concat(parts).toString()) as Body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}, 120_000);
beforeEach(() => {
  vi.stubEnv('ATTUNE_HOME', mkdtempSync(join(folder, 'home-')));
  asked = [];
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  model.dispose();
  rmSync(folder, { recursive: true });
});

interface Body {
  prompt: number[] | string;
  prompt_logprobs?: number;
  logprobs?: number;
}

/** Replies from the model itself, in the format of vLLM or of OpenAI's completions. */
async function answer(path: string, { prompt, prompt_logprobs: ofPrompt, logprobs }: Body) {
  if (path === '/tokenize') {
    if (dialect === 'echo' || dialect === 'mute') return { status: 404, reply: { error: 'not found' } };
    const tokens = [...(await tokenizer.encode(prompt as string))];
    return { status: 200, reply: { tokens: dialect === 'shifted' ? tokens.map((id) => id + 1) : tokens } };
  }
  const ids = prompt as number[];
  const choice: Record<string, unknown> = { text: tokenizer.decode(ids) };
  if (ofPrompt !== undefined || logprobs !== undefined) asked.push(ids.join());
  const places = [null, ...logProbsOf(ids).slice(0, -1)];
  const top = (place: number[] | null, t: number, count: number) => {
    if (place === null) return null;
    const order = place.map((_, id) => id).toSorted((a, b) => place[b] - place[a]);
    return [...new Set([ids[t], ...order.slice(0, count)])].map((id) => ({ id, logprob: place[id] }));
  };
  if (ofPrompt !== undefined && dialect !== 'vllm')
    return { status: 400, reply: { error: { message: 'prompt_logprobs is not supported' } } };
  if (ofPrompt !== undefined) {
    choice.prompt_logprobs = places.map((place, t) =>
      top(place, t, ofPrompt)?.reduce((all, { id, logprob }) => ({ ...all, [id]: { logprob, rank: 1 } }), {}),
    );
  } else if (logprobs !== undefined && dialect !== 'mute') {
    const entries = places.map((place, t) => top(place, t, logprobs));
    const text = (id: number) => tokenizer.decode([id]);
    choice.logprobs = {
      tokens: ids.map(text),
      top_logprobs: entries.map((one) =>
        one?.toReversed().reduce((all, { id, logprob }) => ({ ...all, [text(id)]: logprob }), {}),
      ),
    };
  }
  return { status: 200, reply: { choices: [choice] } };
}

function logProbsOf(ids: readonly number[]): number[][] {
  return noGrad(() =>
    scope(() => {
      const row = { id: '0', source, ids: Int32Array.from(ids), trained: new Uint8Array(ids.length) };
      const hidden = model.hidden(collateRows([row], { causal: true }).input);
      const flat = model.tokenHead.logits(hidden).logSoftmax(-1).toNumbers();
      const size = flat.length / ids.length;
      return ids.map((_, t) => Array.from(flat.slice(t * size, (t + 1) * size)));
    }),
  );
}

const source = { file: 'rows.jsonl', line: 1 };
const signal = new AbortController().signal;

async function distilled(topK = 4, lmbda = 0) {
  const teacher = { endpoint: url, model: 'tutor', top_k: topK };
  const objective = create(gkdOptions.parse({ teacher, lmbda, beta: 0.5 }), {
    tokenizer,
    now: new Date(0),
    causal: true,
  });
  const examples = ['red', 'blue'].map((colour, i) => {
    return {
      kind: 'completion' as const,
      id: String(i),
      source,
      prompt: `What is ${i}?`,
      completion: ` a ${colour} thing`,
    };
  });
  const rows = (await objective.prepare(examples)).rows.map((row) => row!);
  return { objective, rows };
}

describe('a teacher of whom the likeliest tokens are known', () => {
  const logits = (seed: number) =>
    fromArray(Float32Array.from({ length: 3 * 7 }, (_, i) => Math.sin(seed * (i + 1)))).reshape(3, 7);

  it.each([0, 0.3, 1])('teaches as one who is known whole, where all are: beta %f', (beta) => {
    const [whole, sparse] = noGrad(() =>
      scope(() => {
        const ids = fromArray(BigInt64Array.from({ length: 21 }, (_, i) => BigInt((i * 3) % 7))).reshape(3, 7);
        const logProbs = logits(2).logSoftmax(-1).gather(1, ids);
        const dense = divergenceOf(logits(1), logits(2), { beta, temperature: 1 });
        return [dense.toNumbers(), sparseDivergenceOf(logits(1), { ids, logProbs }, beta).toNumbers()].map((one) => [
          ...one,
        ]);
      }),
    );
    for (const [i, value] of sparse.entries()) expect(value).toBeCloseTo(whole[i], 5);
  });

  it('teaches the others together, however many are known', () => {
    const found = noGrad(() =>
      scope(() => {
        const ids = fromArray(BigInt64Array.of(2n, 5n, 2n)).reshape(1, 3);
        const logProbs = fromArray(Float32Array.of(Math.log(0.5), Math.log(0.2), NOTHING)).reshape(1, 3);
        const even = fromArray(new Float32Array(7)).reshape(1, 7);
        return sparseDivergenceOf(even, { ids, logProbs }, 0).item();
      }),
    );
    const wanted = 0.5 * Math.log(0.5 * 7) + 0.2 * Math.log(0.2 * 7) + 0.3 * Math.log(0.3 / (5 / 7));
    expect(found).toBeCloseTo(wanted, 5);
  });
});

describe.each(['vllm', 'echo'] as const)('a teacher at an endpoint that speaks as %s', (spoken) => {
  it('says of each trained token what it would have been, once', async () => {
    dialect = spoken;
    const { objective, rows } = await distilled();
    await objective.ready!(signal);
    asked = [];
    const taught = await objective.load!(rows);
    for (const { ids, trained, rivals, reference } of taught as TaughtRow[]) {
      const wanted = logProbsOf([...ids]);
      const places = [...trained.keys()].filter((t) => trained[t] === 1);
      for (const [i, t] of places.entries()) {
        const entries = [...rivals!.subarray(5 * i, 5 * i + 5)].map((id, k) => [id, reference![5 * i + k]] as const);
        const known = new Map(entries.filter(([, value]) => value !== NOTHING));
        const own = wanted[t - 1];
        expect(known.get(ids[t])).toBeCloseTo(own[ids[t]], 5);
        for (const [id, value] of known) expect(value).toBeCloseTo(own[id], 5);
      }
    }
    expect(asked).toHaveLength(2);
    const again = await (await distilled()).objective.load!(rows);
    expect(again).toEqual(taught);
    expect(asked).toHaveLength(2);
  });

  it('that says all of the same model teaches it nothing', async () => {
    dialect = spoken;
    const { objective, rows } = await distilled(tokenizer.size);
    const taught = await objective.load!(rows);
    const { perRow } = noGrad(() => objective.loss(model, objective.collate(taught), { totals: { tokens: 1 } }));
    // Byte tokens that are printed alike cannot be told apart and count as other tokens.
    for (const value of perRow.toNumbers()) expect(Math.abs(value)).toBeLessThan(1e-4);
  });
});

describe('a teacher that cannot teach is refused before training', () => {
  it.each([
    ['E_TEACHER_VOCABULARY', 'shifted'],
    ['E_TEACHER_LOGPROBS', 'mute'],
  ] as const)('%s', async (code, spoken) => {
    dialect = spoken;
    const { objective } = await distilled();
    await expect(objective.ready!(signal)).rejects.toThrow(expect.objectContaining({ code }));
  });

  it('E_TEACHER_DOWN', async () => {
    const teacher = { endpoint: 'http://127.0.0.1:9/v1', model: 'tutor' };
    const objective = create(gkdOptions.parse({ teacher }), { tokenizer, now: new Date(0), causal: true });
    await expect(objective.ready!(signal)).rejects.toThrow(expect.objectContaining({ code: 'E_TEACHER_DOWN' }));
  });

  it('as are two teachers, or none', () => {
    expect(gkdOptions.safeParse({}).success).toBe(false);
    const teacher = { endpoint: url, model: 'tutor' };
    expect(gkdOptions.safeParse({ teacher_model: 'base', teacher }).success).toBe(false);
  });
});
