// A server with tiny random models, and a client from OpenAI's package.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import OpenAI from 'openai';
import { serve, type ServeOptions } from '../../src/app/serve/serve.ts';
import { writeTinyBert } from './cli-tiny-bert.ts';
import { safetensors, writeTinyModel } from './cli-tiny-model.ts';

export const TEXTS = Array.from({ length: 40 }, (_, i) => `parcel ${i} is ${'on its way '.repeat(i % 4)}`).join('\n');

/** A folder for the models of one test file. */
export async function tinyFolder(): Promise<{ folder: string; model: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-serve-'));
  const model = join(folder, 'tiny');
  await writeTinyModel(model, TEXTS, 2048);
  return { folder, model, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Adds a chat template to the tiny model, so that it can be tuned on conversations. */
export function writeChatTemplate(model: string): void {
  const template = "{% for message in messages %}{{ message['content'] }}<|end|>{% endfor %}";
  writeFileSync(join(model, 'chat_template.jinja'), template);
}

/** A LoRA adapter with random weights for the tiny model; `scale` determines how much it changes. */
export function writeTinyAdapter(
  folder: string,
  base: string,
  { seed, scale = 400 }: { seed: number; scale?: number },
): string {
  mkdirSync(folder, { recursive: true });
  const modules = ['q_proj', 'v_proj', 'o_proj'];
  const rank = 2 + (seed % 3);
  const shapes = modules.flatMap((name) => {
    const path = `base_model.model.model.layers.0.self_attn.${name}`;
    return [[`${path}.lora_A.weight`, [rank, 32]] as const, [`${path}.lora_B.weight`, [32, rank]] as const];
  });
  writeFileSync(
    join(folder, 'adapter_model.safetensors'),
    safetensors(Object.fromEntries(shapes.map(([name, shape]) => [name, [...shape]])), seed),
  );
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: scale,
    lora_dropout: 0,
    target_modules: modules,
    bias: 'none',
  };
  writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify(config));
  return folder;
}

/** A sentence-embedding model on the tiny BERT, with random weights. */
export function writeTinySentences(folder: string, words: readonly string[]): string {
  writeTinyBert(folder, words);
  const modules = ['Transformer', 'Pooling', 'Normalize'].map((kind, idx) => ({
    idx,
    name: String(idx),
    path: idx === 0 ? '' : `${idx}_${kind}`,
    type: `sentence_transformers.models.${kind}`,
  }));
  mkdirSync(join(folder, '1_Pooling'));
  writeFileSync(join(folder, 'modules.json'), JSON.stringify(modules));
  const pooling = { word_embedding_dimension: 64, pooling_mode_mean_tokens: true };
  writeFileSync(join(folder, '1_Pooling', 'config.json'), JSON.stringify(pooling));
  return folder;
}

export async function startServer(options: ServeOptions) {
  // On a busy machine an answer may take long: its status is awaited.
  const server = await serve({ port: 0, log: 'silent', precision: 'f32', heartbeat_seconds: 100, ...options });
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-any', maxRetries: 0 });
  return { ...server, client, close: () => server.close() };
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;

export interface ServerProcess {
  url: string;
  client: OpenAI;
  process: ChildProcess;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<void>;
}

/**
 * Starts `attune serve` in its own process and waits until it listens.
 * @param through a program with arguments that starts it, and a log file
 */
export async function startServerProcess(
  words: readonly string[],
  env = process.env,
  { through = [], log }: { through?: readonly string[]; log?: string } = {},
): Promise<ServerProcess> {
  const [command, ...args] = [...through, resolve('bin/attune'), 'serve', ...words, '--port', '0', '--json'];
  const errors = log === undefined ? 'ignore' : openSync(log, 'a');
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', errors] });
  if (typeof errors === 'number') closeSync(errors);
  const url = await new Promise<string>((done, fail) => {
    child.stdout!.on('data', (data: Buffer) => done((JSON.parse(data.toString()) as { url: string }).url));
    child.once('exit', (code) => fail(new Error(`the server ended with ${code} before the request was answered`)));
  });
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-any', maxRetries: 0 });
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { url, client, process: child, stop };
}

/** Posts a body unchanged. */
export async function post(server: { url: string }, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  // oxlint-disable-next-line typescript/no-explicit-any -- any reply
  const value = (text.trimStart().startsWith('{') ? JSON.parse(text) : undefined) as Record<string, any> | undefined;
  return { status: response.status, headers: response.headers, text, body: value };
}
