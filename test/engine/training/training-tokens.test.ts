// Runs with new tokens and templates, from the recipe to the merged model.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { train } from '../../../src/app/train.ts';
import type { RunEvent } from '../../../src/base/events.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { tokenTables } from '../../../src/models/token-tables.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import {
  cat,
  noGrad,
  SafetensorsFile,
  scope,
  writeSafetensors,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';
import { Renderer } from '../../../src/models/text/index.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { run as exportRun } from '../../../src/jobs/export/export.ts';
import { openModel } from '../../../src/answering/model/open-model.ts';
import { writeTinyModel } from '../../system/cli-tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-training-tokens-'));
const at = (name: string): string => join(folder, name);
const home = process.env.ATTUNE_HOME;
const template =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + (tone ~ ': ' if tone else '') + m.content + '<|im_end|>' + '\\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' + (tone ~ ': ' if tone else '') }}{% endif %}";

beforeAll(async () => {
  process.env.ATTUNE_HOME = at('home');
  const rows = Array.from({ length: 24 }, (_, i) => ({
    messages: [
      { role: 'user', content: `Where is <parcel> ${i * 37}?` },
      { role: 'assistant', content: `<parcel> ${i * 37} is <parcel>.` },
    ],
  }));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(at('rows.jsonl'), `${text}\n`);
  writeFileSync(at('calls.jsonl'), `${JSON.stringify({ prompt: 'a <parcel>', completion: ' b' })}\n`.repeat(9));
  writeFileSync(at('toned.jinja'), template);
  await writeTinyModel(at('base'), text.replaceAll('<parcel>', 'parcel'));
});
afterAll(() => {
  if (home === undefined) delete process.env.ATTUNE_HOME;
  else process.env.ATTUNE_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

interface Settings {
  data?: Record<string, unknown>;
  tuning?: unknown;
  objective?: string;
  training?: Record<string, unknown>;
}

const recipeOf = ({ data, tuning, training, objective }: Settings, output: string): Promise<Recipe> =>
  resolveRecipe({
    model: at('base'),
    data: { train: at('rows.jsonl'), validation: 0.2, test: 0, ...data },
    tuning: tuning ?? { method: 'lora', r: 2 },
    objective: objective ?? 'sft',
    training: { max_steps: 4, batch_size: 4, precision: 'f32', learning_rate: 1e-2, ...training },
    evaluation: { baselines: 'none', every: 2 },
    checkpoints: { every: 2 },
    report_to: 'none',
    output_dir: at(output),
  } as never);

interface Watch {
  resume?: boolean;
  /** Stops the run after this step. */
  stopAfter?: number;
}

async function runOf(settings: Settings, output: string, watch: Watch = {}): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const stop = new AbortController();
  await train(await recipeOf(settings, output), {
    inProcess: true,
    handleSignals: false,
    resume: watch.resume,
    signal: stop.signal,
    onEvent(event) {
      events.push(event);
      if (event.type === 'step-finished' && event.step === watch.stopAfter) stop.abort(new Error('enough'));
    },
  });
  return events;
}

function inputRow(model: Model, id: number): number[] {
  return scope(() => tokenTables(model).input.module.weight.tensor.detach().select(0, id).toNumbers());
}

const quiet = { emit: () => undefined, signal: new AbortController().signal, requests: (async function* () {})() };

describe('new tokens with LoRA', () => {
  const settings: Settings = { data: { new_tokens: ['<parcel>', { content: '<|note|>', special: true }] } };

  it('are trained, saved in the adapter, and found again when it is opened', async () => {
    const events = await runOf(settings, 'lora');
    const { tokenizer, model, tuning } = await openModel(at('lora'), { precision: 'f32' });
    const id = tokenizer.idOf('<parcel>')!;
    expect(await tokenizer.encode('a <parcel>')).toContain(id);
    expect(tokenizer.isSpecial(tokenizer.idOf('<|note|>')!)).toBe(true);
    expect(tokenizer.isSpecial(id)).toBe(false);
    expect(tokenTables(model).input.module.weight.shape[0]).toBe(tokenizer.size);
    const config = JSON.parse(readFileSync(at('lora/adapter/adapter_config.json'), 'utf8')) as Record<string, unknown>;
    expect(config.trainable_token_indices).toEqual([id, id + 1]);
    const delta = tuning!.state().get('base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta')!;
    expect(delta.shape[0]).toBe(2);
    const card = readFileSync(at('lora/adapter/README.md'), 'utf8');
    expect(card).toContain(`resize_token_embeddings(${tokenizer.size})`);
    const warning = events.find((event) => event.type === 'warning-raised' && event.code === 'W_TOKENS_UNSEEN');
    expect(warning).toMatchObject({ problems: [{ field: '<|note|>' }] });
    const base = await openModel(at('lora'), { precision: 'f32', base: true });
    expect(base.tokenizer.idOf('<parcel>')).toBeNull();
  });

  it('end up in the merged model, which scores the same', async () => {
    const recipe = await recipeOf(settings, 'lora');
    const { before, after } = await exportRun(
      { target: at('lora'), to: 'merged', recipe, folder: at('merged'), dtype: 'auto' },
      quiet,
    );
    expect(after).toBeCloseTo(before, 5);
    const { tokenizer, model } = await openModel(at('merged'), { precision: 'f32' });
    expect(model.config.vocab_size).toBe(tokenizer.size);
    expect(inputRow(model, tokenizer.idOf('<parcel>')!).some((value) => value !== 0)).toBe(true);
  });

  it('end up in a GGUF file too, which scores the same on the rows of the recipe', async () => {
    const recipe = await recipeOf(settings, 'lora');
    const input = { target: at('lora'), to: 'gguf', recipe, folder: at('gguf'), dtype: 'auto' } as const;
    const { before, after, split } = await exportRun(input, quiet);
    expect(split).toBe('validation');
    expect(after).toBeCloseTo(before, 5);
    expect(readFileSync(at('gguf/Modelfile'), 'utf8')).toContain('FROM ./model.gguf');
  });

  it('come out the same to the byte when the run is stopped and resumed', async () => {
    await runOf(settings, 'stopped', { stopAfter: 2 });
    await runOf(settings, 'stopped', { resume: true });
    const bytes = (name: string) => readFileSync(at(`${name}/adapter/adapter_model.safetensors`));
    expect(bytes('stopped').equals(bytes('lora'))).toBe(true);
  });
});

describe('an adapter whose whole table was saved besides, as PEFT does after resizing', () => {
  const ROOT = 'base_model.model.';
  const TABLE = 'model.embed_tokens';

  /** The adapter of the run above with changed tensors and settings. */
  function rewrite(output: string, change: (tensors: Map<string, Tensor>) => void, config: object = {}): string {
    cpSync(at('lora/adapter'), at(output), { recursive: true });
    rmSync(at(`${output}/attune.json`));
    using file = new SafetensorsFile(at('lora/adapter/adapter_model.safetensors'));
    scope(() => {
      const tensors = new Map(file.names.map((name) => [name, file.get(name)]));
      change(tensors);
      writeSafetensors(at(`${output}/adapter_model.safetensors`), tensors);
    });
    const path = at(`${output}/adapter_config.json`);
    const before = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...before, base_model_name_or_path: at('base'), ...config }));
    return at(output);
  }

  const logitsOf = async (target: string): Promise<number[]> => {
    const { model, tokenizer } = await openModel(target, { precision: 'f32' });
    const layout = layoutOfRows([3], { causal: true });
    const ids = BigInt64Array.from([5, tokenizer.idOf('<parcel>')!, 7], BigInt);
    return noGrad(() => scope(() => model.tokenHead.logits(model.hidden({ ids, layout })).flatten().toNumbers()));
  };

  /** The base model's table with rows for the new tokens. */
  async function wholeTable(): Promise<Tensor> {
    const { model } = await openModel(at('lora'), { precision: 'f32' });
    return tokenTables(model).input.module.weight.tensor.detach();
  }

  it('is read below trained rows, and once for a head that shares it', async () => {
    // Rows below are from resizing, and are never read.
    const found = await wholeTable();
    const added = found.shape[0] - 1;
    const table = cat([found.narrow(0, 0, added), found.narrow(0, added, 1).add(3)]);
    const below = rewrite('below', (tensors) => {
      for (const path of [TABLE, 'lm_head']) tensors.set(`${ROOT}${path}.token_adapter.base_layer.weight`, table);
    });
    expect(await logitsOf(below)).toEqual(await logitsOf(at('lora')));
    const other = rewrite('other', (tensors) => {
      tensors.set(`${ROOT}${TABLE}.token_adapter.base_layer.weight`, table);
      tensors.set(`${ROOT}lm_head.token_adapter.base_layer.weight`, table.mul(2));
    });
    await expect(openModel(other)).rejects.toMatchObject({ code: 'E_ADAPTER_MISMATCH' });
  });

  it('is read without any trained rows, as a module that was saved', async () => {
    const table = await wholeTable();
    const delta = `${ROOT}${TABLE}.token_adapter.trainable_tokens_delta`;
    const change = (tensors: Map<string, Tensor>) => {
      const rows = tensors.get(delta)!;
      const merged = cat([table.narrow(0, 0, table.shape[0] - rows.shape[0]), rows]);
      tensors.delete(delta);
      for (const path of [TABLE, 'lm_head']) tensors.set(`${ROOT}${path}.weight`, merged);
    };
    const whole = rewrite('whole', change, { trainable_token_indices: null });
    const [got, wanted] = [await logitsOf(whole), await logitsOf(at('lora'))];
    expect(got).toHaveLength(wanted.length);
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i], 4);
  });
});

describe('new tokens with full tuning', () => {
  it('are rows of the model that is written', async () => {
    await runOf({ data: { new_tokens: ['<parcel>'] }, tuning: 'full' }, 'full');
    const { tokenizer, model } = await openModel(at('full'), { precision: 'f32' });
    expect(model.config.vocab_size).toBe(tokenizer.size);
    const { model: base } = await openModel(at('base'), { precision: 'f32' });
    expect(tokenizer.size).toBe(tokenTables(base).input.module.weight.shape[0] + 1);
  });
});

describe('new tokens of a classifier', () => {
  it('are rows of its only table', async () => {
    const rows = Array.from({ length: 24 }, (_, i) => ({ text: `<parcel> ${i * 37}`, label: i % 2 ? 'odd' : 'even' }));
    writeFileSync(at('labels.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    await runOf(
      { data: { train: at('labels.jsonl'), new_tokens: ['<parcel>'] }, objective: 'classification' },
      'labels',
    );
    const { tuning, model } = await openModel(at('labels'), { precision: 'f32' });
    expect(model.task).toBe('sequence');
    const names = tuning!.trainables.map(({ name }) => name).filter((name) => name.includes('token_adapter'));
    expect(names).toEqual(['base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta']);
  });
});

describe('rows that the model has without a token', () => {
  it('are taken by new tokens before the table grows', async () => {
    cpSync(at('base'), at('padded'), { recursive: true });
    const { model, tokenizer } = await openModel(at('base'), { precision: 'f32' });
    const { model: larger } = await loadModel(at('base'), { dtype: 'f32', vocabularySize: tokenizer.size + 8 });
    saveModel(larger, at('padded'));
    const recipe = await recipeOf({ data: { new_tokens: ['<parcel>'] } }, 'padded-run');
    await train({ ...recipe, model: at('padded') }, { inProcess: true, handleSignals: false });
    const opened = await openModel(at('padded-run'), { precision: 'f32' });
    expect(tokenTables(opened.model).input.module.weight.shape[0]).toBe(tokenizer.size + 8);
    expect(opened.tokenizer.size).toBe(tokenTables(model).input.module.weight.shape[0] + 1);
  });
});

describe('existing tokens', () => {
  it('are trained where they are named by text, spelling or id, and no others are', async () => {
    const { tokenizer } = await openModel(at('base'));
    const id = (await tokenizer.encode('a'))[0];
    await runOf({ tuning: { method: 'lora', r: 2, trainable_tokens: ['a', id, '<|im_end|>'] } }, 'some');
    const config = JSON.parse(readFileSync(at('some/adapter/adapter_config.json'), 'utf8')) as Record<string, unknown>;
    const wanted = [id, tokenizer.idOf('<|im_end|>')!].toSorted((a, b) => a - b);
    expect(config.trainable_token_indices).toEqual(wanted);
  });
});

describe('tokens that cannot be added or trained', () => {
  it('are all named at once', async () => {
    const known = runOf({ data: { new_tokens: ['<|im_end|>', '<x>', '<x>'] } }, 'bad');
    await expect(known).rejects.toMatchObject({
      code: 'E_NEW_TOKENS',
      problems: [
        { field: 'data.new_tokens[0]', message: expect.stringContaining('already') },
        { field: 'data.new_tokens[2]', message: expect.stringContaining('twice') },
      ],
    });
    const tuning = { method: 'lora', r: 2, trainable_tokens: ['no single token', 99_999] };
    await expect(runOf({ tuning }, 'bad')).rejects.toMatchObject({
      code: 'E_TRAINABLE_TOKENS',
      problems: [expect.anything(), expect.anything()],
    });
    await expect(recipeOf({ data: { new_tokens: [''] } }, 'bad')).rejects.toMatchObject({ code: 'E_RECIPE' });
  });
});

describe("a run's own chat template", () => {
  const data = { chat_template: at('toned.jinja'), chat_template_kwargs: { tone: 'kind' } };

  it('is used to train and to serve, and stored with the adapter', async () => {
    await runOf({ data }, 'toned');
    const { tokenizer, notes } = await openModel(at('toned'), { precision: 'f32' });
    expect(notes?.chat_template_kwargs).toEqual({ tone: 'kind' });
    const { text } = await new Renderer(tokenizer).prompt({ messages: [{ role: 'user', content: 'x' }] });
    expect(text).toBe('<|im_start|>user\nkind: x<|im_end|>\n<|im_start|>assistant\nkind: ');
    expect(readFileSync(at('toned/adapter/chat_template.jinja'), 'utf8')).toContain(template);
  });

  it('cannot be exchanged under an adapter', async () => {
    cpSync(at('toned/adapter'), at('exchanged'), { recursive: true });
    writeFileSync(at('exchanged/chat_template.jinja'), template);
    await expect(openModel(at('exchanged'))).rejects.toMatchObject({ code: 'E_TEMPLATE_MISMATCH' });
  });

  it('that is missing, unused or set wrongly is refused before anything is loaded', async () => {
    const missing = runOf({ data: { chat_template: at('none.jinja') } }, 'bad');
    await expect(missing).rejects.toMatchObject({ code: 'E_TEMPLATE_MISSING' });
    const unread = runOf({ data: { chat_template_kwargs: { tone: 'kind' } } }, 'bad');
    await expect(unread).rejects.toMatchObject({ code: 'E_TEMPLATE_KWARGS' });
    const unused = runOf({ data: { ...data, train: at('calls.jsonl'), validation: 0 } }, 'bad');
    await expect(unused).rejects.toMatchObject({ code: 'E_TEMPLATE_UNUSED' });
  });
});
