import { describe, expect, it } from 'vitest';
import { foreignKeys } from '../../../../src/app/recipe/foreign/index.ts';
import { recipeKeys, resolveRecipe } from '../../../../src/app/recipe/index.ts';
import type { AttuneError, Problem } from '../../../../src/base/errors.ts';
import type { Recipe } from '../../../../src/training/recipe/recipe.ts';

async function accepted(text: string): Promise<{ recipe: Recipe; notices: string[] }> {
  const notices: string[] = [];
  const recipe = await resolveRecipe(text, { file: 'r.yaml', onNotice: (notice) => notices.push(notice) });
  return { recipe, notices };
}

async function problemsOf(text: string): Promise<Problem[]> {
  const error = await resolveRecipe(text, { file: 'r.yaml' }).then(
    () => expect.fail('the recipe was accepted'),
    (error: AttuneError) => error,
  );
  return [...error.problems];
}

/** Advice for each rejected field. */
async function fixesOf(text: string): Promise<Record<string, string | undefined>> {
  return Object.fromEntries((await problemsOf(text)).map(({ field, fix }) => [field, fix]));
}

const base = 'model: m\ndata: rows.jsonl\n';

describe("other tools' names", () => {
  it('lead to settings that exist', async () => {
    const keys = await recipeKeys();
    const strays = Object.entries(foreignKeys).filter(([, key]) => key.path !== undefined && !keys.at(key.path));
    expect(strays.map(([name, key]) => `${name} → ${key.path}`)).toEqual([]);
  });

  it('of equal meaning are accepted and the canonical name is told with the line', async () => {
    const { recipe, notices } = await accepted(`${base}num_train_epochs: 2\nlora_rank: 4\nmax_seq_length: 99\n`);
    expect(recipe.training.epochs).toBe(2);
    expect(recipe.tuning).toMatchObject({ r: 4 });
    expect(recipe.data.max_length).toBe(99);
    expect(notices).toContain('r.yaml:3 num_train_epochs is read as training.epochs');
  });

  it('carry their own values over', async () => {
    const cases: [string, unknown][] = [
      ['stage: pt', { objective: { name: 'pretrain' } }],
      ['max_steps: -1', { training: { max_steps: null } }],
      ['lr_scheduler_type: constant', { training: { scheduler: 'constant', warmup_ratio: 0 } }],
      ['lr_scheduler_type: constant_with_warmup', { training: { scheduler: 'constant', warmup_ratio: 0.03 } }],
      ['optim: adamw_torch_fused', { training: { optimizer: { name: 'adamw' } } }],
      ['optim: paged_adamw_8bit', { training: { optimizer: { name: 'adamw_8bit' } } }],
      ['optim: schedule_free_adamw', { training: { optimizer: { name: 'schedule_free' } } }],
      ['optim: adam', { training: { optimizer: { name: 'adamw', decoupled_weight_decay: false } } }],
      [
        'training: {optimizer: {name: adam, amsgrad: true}}',
        { training: { optimizer: { name: 'adamw', amsgrad: true, decoupled_weight_decay: false } } },
      ],
      ['optim: rmsprop_bnb', { training: { optimizer: { name: 'rmsprop' } } }],
      ['optim: schedule_free_radam', { training: { optimizer: { name: 'schedule_free_radam' }, warmup_ratio: 0 } }],
      [
        'training: {optimizer: {name: nadam, betas: [0.8, 0.9], eps: 1.0e-6}}',
        { training: { optimizer: { name: 'nadam', beta1: 0.8, beta2: 0.9, epsilon: 1e-6 } } },
      ],
      [
        'training: {optimizer: {name: adafactor, relative_step: true, eps: [1.0e-20, 0.01]}}',
        { training: { optimizer: { epsilon: 1e-20, least_scale: 0.01 }, learning_rate: 1, scheduler: 'constant' } },
      ],
      ['tuning: oft\neps: 0.1', { tuning: { method: 'oft', eps: 0.1 } }],
      ['adam_beta2: 0.95', { training: { optimizer: { beta2: 0.95 } } }],
      ['bf16: true', { training: { precision: 'bf16' } }],
      ['eval_strategy: steps\neval_steps: 50', { evaluation: { every: 50 } }],
      ['eval_strategy: epoch\neval_steps: 50', { evaluation: { every: 'epoch' } }],
      ['save_strategy: no', { checkpoints: { every: 'never' } }],
      ['train_on_inputs: true', { objective: { train_on: 'all' } }],
      ['train_on_prompt: false\nmask_history: true', { objective: { train_on: 'last_answer' } }],
      ['peft_use_dora: true', { tuning: { use_dora: true } }],
      ['pissa_init: true', { tuning: { init_lora_weights: 'pissa' } }],
      ['lora_target: q_proj,v_proj', { tuning: { target_modules: ['q_proj', 'v_proj'] } }],
      ['report_to: none', { report_to: [] }],
      ['use_gradient_checkpointing: unsloth', { training: { gradient_checkpointing: true } }],
      ['val_size: 0.2', { data: { validation: 0.2 } }],
      [
        'training: {optimizer: adamw_torch, max_steps: -1}',
        { training: { optimizer: { name: 'adamw' }, max_steps: null } },
      ],
    ];
    for (const [text, expected] of cases) {
      expect((await accepted(base + text)).recipe, text).toMatchObject(expected as object);
    }
  });

  it('for tokens and templates are read', async () => {
    const { recipe } = await accepted(`${base}add_tokens: <a>,<b>\nchat_template: tool_use\nenable_thinking: false\n`);
    expect(recipe.data.new_tokens).toEqual([
      { content: '<a>', special: false },
      { content: '<b>', special: false },
    ]);
    expect(recipe.data).toMatchObject({ chat_template: 'tool_use', chat_template_kwargs: { enable_thinking: false } });
    const special = await accepted(`${base}new_special_tokens: [<a>]\nresize_vocab: true\n`);
    expect(special.recipe.data.new_tokens).toEqual([{ content: '<a>', special: true }]);
    const tied = await accepted('model: fixtures/models/llama_tied_bias\ndata: x\ntrainable_token_indices: [1, 2]\n');
    expect(tied.recipe.tuning).toMatchObject({ trainable_tokens: [1, 2] });
    const untied = await fixesOf('model: fixtures/models/llama\ndata: x\ntrainable_token_indices: [1, 2]\n');
    expect(untied).toEqual({ trainable_token_indices: 'tuning.trainable_tokens: [1,2]' });
  });

  it('that change nothing here are said to be needless', async () => {
    const { notices } = await accepted(`${base}logging_steps: 10\nflash_attention: true\n`);
    expect(notices).toEqual([
      expect.stringMatching(/^r\.yaml:3 logging_steps is not needed/),
      expect.stringMatching(/^r\.yaml:4 flash_attention is not needed/),
    ]);
  });

  it('beside the canonical name are a conflict only when they differ', async () => {
    expect((await accepted(`${base}num_epochs: 2\ntraining: {epochs: 2}\n`)).recipe.training.epochs).toBe(2);
    const [problem] = await problemsOf(`${base}num_epochs: 2\ntraining: {epochs: 3}\n`);
    expect(problem).toMatchObject({ line: 4, field: 'training.epochs', fix: 'keep one, as training.epochs' });
    expect(problem.message).toContain('r.yaml:3 num_epochs says 2');
  });

  it('without a value are no setting', async () => {
    expect((await accepted(`${base}wandb_project:\nlora_model_dir:\nresume_from_checkpoint: null\n`)).notices).toEqual(
      [],
    );
  });
});

describe('keys of another meaning are refused with the conversion in the user’s own numbers', () => {
  it('rows per device × accumulation', async () => {
    const fixes = await fixesOf(`${base}per_device_train_batch_size: 2\ngradient_accumulation_steps: 8\n`);
    expect(Object.keys(fixes)).toEqual(['per_device_train_batch_size']);
    expect(fixes.per_device_train_batch_size).toMatch(/^training\.batch_size: 16 \(2 × 8/);
  });

  it('a flat batch_size, which counts rows of one pass', async () => {
    const fixes = await fixesOf(`${base}batch_size: 4\ngrad_accumulation_steps: 3\niters: 100\n`);
    expect(fixes.batch_size).toMatch(/^training\.batch_size: 12 /);
    expect(fixes.iters).toMatch(/^training\.max_steps: 34 /);
  });

  it('scale, and layers counted from the end', async () => {
    const fixes = await fixesOf(`${base}lora_parameters: {rank: 8, scale: 20}\nnum_layers: 4\n`);
    expect(fixes.lora_parameters).toMatch(/^tuning\.alpha: 160 /);
    expect(fixes.num_layers).toBe('tuning.layers_to_transform: the last 4 layers, from 0');
  });

  it('a list of epsilons that is no pair', async () => {
    const optimizer = (eps: string) => `${base}training: {optimizer: {name: adafactor, eps: ${eps}}}\n`;
    for (const eps of ['[]', '[1.0e-30]', '[1.0e-30, 0.001, 5]'])
      expect(await fixesOf(optimizer(eps))).toEqual({ 'training.optimizer.eps': 'eps: [1e-30, 1e-3]' });
  });

  it('a multiplier of a hidden learning rate', async () => {
    const fixes = await fixesOf(`${base}hyperparameters: {n_epochs: auto, learning_rate_multiplier: 2}\n`);
    expect(fixes['learning_rate_multiplier']).toMatch(/^remove it to use the rate that suits the base model/);
  });
});

describe('whole recipes', () => {
  it('of LLaMA-Factory need four changes, and each is told', async () => {
    const problems = await problemsOf(`
model_name_or_path: some/model
trust_remote_code: true
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_target: all
dataset: identity,alpaca_en_demo
template: llama3
cutoff_len: 2048
max_samples: 1000
overwrite_cache: true
preprocessing_num_workers: 16
output_dir: saves/x
logging_steps: 10
save_steps: 500
plot_loss: true
overwrite_output_dir: true
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
learning_rate: 1.0e-4
num_train_epochs: 3.0
lr_scheduler_type: cosine
warmup_ratio: 0.1
bf16: true
ddp_timeout: 180000000
`);
    const fields = problems.map(({ field }) => field);
    expect(fields).toEqual(['dataset', 'template', 'max_samples', 'per_device_train_batch_size']);
  });

  it('of Axolotl, with its sets and formats, are read', async () => {
    const { recipe } = await accepted(`
base_model: some/model
datasets:
  - path: a.jsonl
    type: alpaca
  - {path: b.jsonl, type: chat_template}
val_set_size: 0.05
adapter: lora
sequence_len: 2048
sample_packing: true
pad_to_sequence_len: true
lora_r: 16
lora_alpha: 32
lora_target_linear: true
num_epochs: 1
optimizer: adamw_torch
lr_scheduler: cosine
learning_rate: 0.0002
bf16: auto
tf32: false
gradient_checkpointing: true
flash_attention: true
evals_per_epoch: 1
weight_decay: 0.0
`);
    expect(recipe.data.train.map(({ path, format }) => [path, format])).toEqual([
      ['a.jsonl', 'alpaca'],
      ['b.jsonl', null],
    ]);
    expect(recipe.evaluation.every).toBe('epoch');
  });
});

it('names of tunings in papers and other tools lead to what they are here', async () => {
  const fixOf = async (name: string) => (await problemsOf(`${base}tuning: ${name}\n`))[0].fix;
  expect(await fixOf('last_n')).toBe('the name here is freeze with trainable_layers: N');
  expect(await fixOf('dora')).toBe('the name here is lora with use_dora: true');
  expect(await fixOf('lorra')).toBe('did you mean lora?');
  expect(await fixOf('constructor')).toMatch(/^choose one of lora, full/);
});
