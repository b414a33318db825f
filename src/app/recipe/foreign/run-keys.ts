import { asText } from '../../../base/as-text.ts';
import { table } from '../../../base/table.ts';
import {
  asNumber,
  drop,
  type ForeignKey,
  type ForeignKeys,
  isOff,
  named,
  needless,
  offOnly,
  type Outcome,
  refuse,
  refused,
  renamed,
  set,
} from './key.ts';

const stages: Record<string, string> = table({
  pt: 'pretrain',
  domain: 'pretrain',
  supervised: 'sft',
  cls: 'classification',
});

/** Name of another tool's training stage, or of an OpenAI method. */
const stage: ForeignKey = {
  path: 'objective.name',
  read(value) {
    const name = typeof value === 'object' && value !== null ? (value as { type?: unknown }).type : value;
    return set({ 'objective.name': stages[asText(name)] ?? name });
  },
};

/** Combines `eval_strategy` with `eval_steps`, and `save_strategy` with `save_steps`, into one interval. */
function strategy(path: string, stepNames: readonly string[]): ForeignKey {
  return {
    path,
    read(value, given) {
      if (isOff(value)) return set({ [path]: 'never' });
      if (value === 'epoch') return set({ [path]: 'epoch' });
      if (value !== 'steps') return refuse('must be no, steps or epoch', `${path}: epoch`);
      return stepNames.some((name) => given(name) !== undefined)
        ? drop('the number of steps decides')
        : refuse('needs a number of steps', `${path}: 500`);
    },
  };
}

function steps(path: string, strategyNames: readonly string[]): ForeignKey {
  return {
    path,
    read(value, given) {
      const strategies = strategyNames.map((name) => given(name)).filter((name) => name !== undefined);
      if (strategies.length > 0 && strategies[0] !== 'steps') return drop(`${asText(strategies[0])} decides`);
      const count = asNumber(value);
      if (count === 0) return drop('zero switches it off');
      if (count === undefined || count < 1)
        return refuse('a share of all steps has no equivalent', `${path}: STEPS or epoch`);
      return set({ [path]: count });
    },
  };
}

/** Passes of mlx-lm equal steps only without accumulation. */
function passes(path: string): ForeignKey {
  return {
    path,
    read(value, given) {
      const accumulation = asNumber(given('grad_accumulation_steps')) ?? 1;
      const count = asNumber(value);
      if (accumulation === 1 || count === undefined) return set({ [path]: value });
      return refuse(
        'counts passes, not optimiser steps',
        `${path}: ${Math.ceil(count / accumulation)} (${count} / ${accumulation})`,
      );
    },
  };
}

function perEpoch(path: string): ForeignKey {
  return {
    path,
    read(value): Outcome {
      if (value === 1) return set({ [path]: 'epoch' });
      if (value === 0) return set({ [path]: 'never' });
      return refuse(
        'attune counts steps',
        `${path}: the steps of an epoch / ${asText(value)}; attune train --dry-run shows the number of steps`,
      );
    },
  };
}

const bestMetric: ForeignKey = {
  path: 'checkpoints.best',
  read: (value) =>
    ['loss', 'eval_loss', 'val_loss'].includes(asText(value))
      ? drop('the best checkpoint is the one with the lowest validation loss')
      : refuse(
          'the best checkpoint is the one with the lowest validation loss',
          'remove it, or checkpoints.best: false',
        ),
};

const resume: ForeignKey = {
  read: (value) =>
    isOff(value)
      ? drop('a new run')
      : refuse(
          'is not a recipe setting',
          value === true ? 'attune train --resume' : `attune runs resume ${asText(value)}`,
        ),
};

const tensorboard: ForeignKey = {
  path: 'report_to',
  read: (value) => (isOff(value) ? drop('it is disabled') : set({ report_to: ['tensorboard'] })),
};

const evalNames = ['eval_strategy', 'evaluation_strategy'];
const logs = 'every step is logged';
const loader = 'rows are read once by one process and kept';
const preference = refused(
  'belongs to preference or reinforcement training',
  'remove it, or choose an objective that supports it',
);

/** Keys that the command or the engine determines. */
const byItself: ForeignKeys = {
  ...named(
    ['do_train', 'do_eval', 'do_predict', 'predict_with_generate', 'prediction_loss_only'],
    needless('the command decides'),
  ),
  ...named(
    ['logging_steps', 'logging_strategy', 'logging_first_step', 'steps_per_report', 'logging_dir'],
    needless(logs),
  ),
  ...named(
    ['plot_loss', 'include_num_input_tokens_seen', 'include_tokens_per_second'],
    needless('report.html contains it'),
  ),
  ...named(['overwrite_cache', 'dataset_prepared_path'], needless('caches are keyed by content and never stale')),
  ...named(
    ['preprocessing_num_workers', 'dataloader_num_workers', 'dataset_num_proc', 'dataset_processes'],
    needless(loader),
  ),
  ...named(
    ['dataloader_pin_memory', 'dataloader_prefetch_factor', 'remove_unused_columns', 'low_cpu_mem_usage'],
    needless(loader),
  ),
  ...named(
    ['flash_attn', 'flash_attention', 'xformers_attention', 'sdp_attention', 'attn_implementation'],
    needless('the attention kernel is chosen automatically'),
  ),
  ...named(['ddp_timeout', 'ddp_find_unused_parameters', 'local_rank'], needless('the launcher decides')),
  greater_is_better: needless('the best checkpoint is the one with the lowest validation loss'),
  ...named(['use_fast_tokenizer', 'cache_dir'], needless('there is one tokenizer and one cache')),
  ...named(['loss_watchdog_threshold', 'loss_watchdog_patience'], needless('a diverging run always stops')),
  ...named(['run_name', 'wandb_name', 'suffix'], needless('the output folder names the run')),
  ...named(
    ['model_type', 'tokenizer_type', 'is_llama_derived_model'],
    needless("the model's config.json determines it"),
  ),
  trust_remote_code: needless('code that comes with a model is never run'),
  save_safetensors: needless('weights are always safetensors'),
};

/** Keys about the model, the stage, evaluation, saving and reporting. */
export const runKeys: ForeignKeys = {
  ...byItself,
  ...named(['model_name_or_path', 'base_model', 'model_name'], renamed('model')),
  tokenizer_name: refused("attune uses the model's own tokenizer", 'remove it'),
  ...named(['adapter_path', 'checkpoint_dir', 'output'], renamed('output_dir')),
  ...named(['stage', 'training_type', 'task', 'method'], stage),
  rl: {
    path: 'objective.name',
    read: (value) => (isOff(value) ? drop('it is disabled') : set({ 'objective.name': value })),
  },
  ...named(evalNames, strategy('evaluation.every', ['eval_steps'])),
  eval_steps: steps('evaluation.every', evalNames),
  steps_per_eval: passes('evaluation.every'),
  evals_per_epoch: perEpoch('evaluation.every'),
  early_stopping_patience: renamed('evaluation.patience'),
  ...named(['save_strategy'], strategy('checkpoints.every', ['save_steps'])),
  save_steps: steps('checkpoints.every', ['save_strategy']),
  save_every: passes('checkpoints.every'),
  saves_per_epoch: perEpoch('checkpoints.every'),
  save_total_limit: renamed('checkpoints.keep'),
  load_best_model_at_end: renamed('checkpoints.best'),
  metric_for_best_model: bestMetric,
  save_only_model: needless('a checkpoint always contains the complete state, so that resuming is exact'),
  overwrite_output_dir: needless('a run never overwrites another'),
  ...named(['resume_from_checkpoint', 'resume_adapter_file', 'auto_resume_from_checkpoints'], resume),
  lora_model_dir: refused('continuing to train an adapter is not supported', 'remove it'),
  use_tensorboard: tensorboard,
  ...named(
    ['wandb_project', 'use_wandb', 'wandb'],
    offOnly('metrics go to the destinations in report_to', 'report_to: [tensorboard]'),
  ),
  ...named(
    ['deepspeed', 'fsdp', 'fsdp_config'],
    refused('training on several devices is set up by the launcher', 'remove it'),
  ),
  torch_compile: offOnly('the engine is already compiled', 'remove it'),
  ...named(['push_to_hub', 'hub_model_id'], offOnly('a run only writes a folder', 'remove it, and upload the folder')),
  ...named(['pref_beta', 'dpo_beta', 'rl_beta', 'pref_loss', 'num_generations', 'max_completion_length'], preference),
};

/** Containers whose keys are read as top-level keys. */
export const flatContainers: ReadonlySet<string> = new Set(['hyperparameters', 'training_args', 'training_arguments']);
