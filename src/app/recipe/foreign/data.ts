import { asText } from '../../../base/as-text.ts';
import { entryOf, table } from '../../../base/table.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../../files/json.ts';
import { isFile } from '../../../training/reference.ts';
import {
  asList,
  drop,
  type ForeignKey,
  type ForeignKeys,
  type Given,
  isOff,
  named,
  needless,
  offOnly,
  refuse,
  refused,
  renamed,
  set,
} from './key.ts';

/** LLaMA-Factory names data sets by entries of dataset_info.json; other tools give a path. */
const dataset: ForeignKey = {
  path: 'data.train',
  read(value, given) {
    const names = [asList(value)].flat().map(asText);
    const folder = asText(given('dataset_dir') ?? 'data');
    const info = readDatasetInfo(folder);
    if (info === undefined && names.every((name) => existsSync(name))) return set({ 'data.train': names });
    const files = names.map((name) => entryOf(info, name)?.file_name).map((file) => file && join(folder, file));
    if (files.every((file) => file !== undefined)) return set({ 'data.train': files });
    return refuse(
      `${names.join(', ')}: attune reads files and folders, and dataset_info.json if dataset_dir contains one`,
      'data.train: FILE',
    );
  },
};

function readDatasetInfo(folder: string): Record<string, { file_name?: string } | undefined> | undefined {
  try {
    return parseJson(readFileSync(join(folder, 'dataset_info.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

const axolotlFormats: Record<string, string | null> = table({
  alpaca: 'alpaca',
  sharegpt: 'sharegpt',
  completion: 'text',
  chat_template: null,
});

/** Axolotl's list of {path, type}. */
const datasets: ForeignKey = {
  path: 'data.train',
  read(value) {
    if (!Array.isArray(value)) return refuse('must be a list of {path, type}', 'data.train: FILE');
    const entries = value as Record<string, unknown>[];
    const strange = entries.flatMap((entry) =>
      Object.keys(entry).filter((key) => !['path', 'type', 'ds_type'].includes(key)),
    );
    const types = entries.map((entry) => entry.type).filter((type) => type !== undefined && type !== null);
    const unknown = types.filter((type) => typeof type !== 'string' || !Object.hasOwn(axolotlFormats, type));
    if (strange.length > 0 || unknown.length > 0) {
      const what = [...strange, ...unknown.map((type) => `type ${JSON.stringify(type)}`)].join(', ');
      return refuse(`${what} has no equivalent`, 'data.train: [{path: FILE, format: …, columns: {…}}]');
    }
    const train = entries.map(({ path, type }) => ({ path, format: axolotlFormats[asText(type)] ?? null }));
    return set({ 'data.train': train });
  },
};

/** A share has an equivalent; a number of rows does not. */
const share: ForeignKey = {
  path: 'data.validation',
  read(value) {
    if (typeof value !== 'number' || value < 1) return set({ 'data.validation': value });
    return refuse(`${value} counts rows; data.validation is a share or a file`, 'data.validation: 0.1');
  },
};

const trainOn = 'objective.train_on';
const answersWhen =
  (wanted: boolean): ForeignKey['read'] =>
  (value, given) => {
    if (typeof value !== 'boolean') return refuse('must be true or false', `${trainOn}: answers, last_answer or all`);
    if (value !== wanted) return set({ [trainOn]: 'all' });
    return given('mask_history') === true ? drop('mask_history decides') : set({ [trainOn]: 'answers' });
  };
const trainsAnswers: ForeignKey = { path: trainOn, read: answersWhen(true) };
const trainsPrompts: ForeignKey = { path: trainOn, read: answersWhen(false) };

const onlyAnswers: ForeignKey = {
  path: trainOn,
  read: (value) =>
    asText(value) === 'assistant'
      ? set({ [trainOn]: 'answers' })
      : refuse('attune trains on answers, on the last answer or on all tokens', `${trainOn}: answers`),
};

/** LLaMA-Factory and Axolotl name built-in templates; attune takes a file, or the name of a template of the model. */
const templateName: ForeignKey = {
  path: 'data.chat_template',
  read(value) {
    if (value === 'tokenizer_default') return drop("the model's own template is used");
    if (typeof value === 'string' && isFile(value)) return set({ 'data.chat_template': value });
    const because = `"${asText(value)}" names another tool's built-in template; attune uses the one that comes with the model`;
    return refuse(because, 'remove it, or data.chat_template: FILE.jinja');
  },
};

/** Has the same name as attune's key, so the value may be one of the model's templates. */
const ownTemplate: ForeignKey = {
  path: 'data.chat_template',
  read: (value, given) =>
    value === 'tokenizer_default' ? templateName.read(value, given) : set({ 'data.chat_template': value }),
};

const textColumn: ForeignKey = {
  path: 'data.columns',
  read: (value) => (value === 'text' ? drop('text is the expected name') : set({ 'data.columns': { text: value } })),
};

const padsNothing = 'rows are packed, without padding';

/** As booleans, `train` and `test` switch mlx-lm's modes; otherwise they are paths. */
function pathOrSwitch(path: string): ForeignKey {
  return { path, read: (value) => (typeof value === 'boolean' ? drop('the command decides') : set({ [path]: value })) };
}

/** Keys about rows, splits, lengths, templates and the loss mask. */
export const dataKeys: ForeignKeys = {
  dataset,
  datasets,
  ...named(['dataset_name', 'training_file', 'train_file', 'train_dataset'], renamed('data.train')),
  train: pathOrSwitch('data.train'),
  test: pathOrSwitch('data.test'),
  dataset_dir: {
    read: (_, given: Given) =>
      given('dataset') === undefined ? refuse('has no effect without dataset') : drop('used'),
  },
  ...named(['eval_dataset', 'validation_file', 'eval_file'], renamed('data.validation')),
  ...named(['val_size', 'val_set_size', 'eval_split'], share),
  ...named(['val_batches', 'test_batches'], needless('all rows are scored')),
  ...named(['cutoff_len', 'max_seq_length', 'max_seq_len', 'sequence_len'], renamed('data.max_length')),
  ...named(['sample_packing', 'neat_packing'], renamed('data.packing')),
  ...named(
    ['packing_strategy', 'eval_packing', 'eval_sample_packing', 'multipack_real_batches'],
    needless('packed rows never read each other'),
  ),
  ...named(['pad_to_sequence_len', 'pad_to_multiple_of', 'padding_free', 'pad_token'], needless(padsNothing)),
  ...named(['completion_only_loss', 'assistant_only_loss', 'mask_prompt'], trainsAnswers),
  ...named(['train_on_completions', 'train_on_responses_only'], trainsAnswers),
  ...named(['train_on_prompt', 'train_on_inputs'], trainsPrompts),
  mask_history: {
    path: trainOn,
    read: (value) => (isOff(value) ? drop('it is disabled') : set({ [trainOn]: 'last_answer' })),
  },
  roles_to_train: onlyAnswers,
  train_on_eos: {
    read: (value) =>
      value === 'turn'
        ? drop('stop tokens of trained answers are always trained')
        : refuse('stop tokens of answers are always trained', 'remove it'),
  },
  special_tokens: refused("the model's own special tokens are used", 'remove it; data.new_tokens adds tokens'),
  template: templateName,
  chat_template: ownTemplate,
  chat_template_path: renamed('data.chat_template'),
  enable_thinking: {
    path: 'data.chat_template_kwargs',
    read: (value) => set({ 'data.chat_template_kwargs': { enable_thinking: value } }),
  },
  chat_template_jinja: refused('attune takes a file', 'put the template in a file: data.chat_template: FILE.jinja'),
  dataset_text_field: textColumn,
  ...named(['add_tokens', 'tokens'], {
    path: 'data.new_tokens',
    read: (value) => set({ 'data.new_tokens': [asList(value)].flat() }),
  }),
  ...named(['add_special_tokens', 'new_special_tokens'], {
    path: 'data.new_tokens',
    read: (value) => set({ 'data.new_tokens': [asList(value)].flat().map((content) => ({ content, special: true })) }),
  }),
  resize_vocab: needless('tables grow with data.new_tokens'),
  max_samples: refused('attune trains on all rows of a set', 'give a shorter file'),
  streaming: offOnly('rows are read before training, so that splits are checked', 'remove it'),
  data_seed: {
    read: (value, given) =>
      value === (given('seed') ?? 42)
        ? drop('training.seed covers it')
        : refuse('one seed covers data and training', `training.seed: ${asText(value)}`),
  },
};
