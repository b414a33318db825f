import { chmodSync, copyFileSync, existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { greatest } from '../../base/many.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { readJson } from '../../files/json.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { openModel, type OpenedModel } from '../../answering/model/open-model.ts';
import { RESULT_NOTES } from '../../answering/model/result-notes.ts';
import type { ExportForm } from './export-form.ts';
import { form as merged } from './merged.ts';
import { composeFile, serveScript, type VllmPlan } from './vllm-files.ts';

const ADAPTER = 'adapter';
const MODEL = 'model';
const ADAPTER_FILES = ['adapter_config.json', 'adapter_model.safetensors', RESULT_NOTES];
const TEMPLATE = 'chat_template.jinja';
/** Values that `--max-lora-rank` accepts (vLLM 0.11, vllm/config/lora.py). */
const RANKS = [1, 8, 16, 32, 64, 128, 256, 320, 512];

/**
 * A folder for vLLM: the adapter with its base if vLLM supports such an adapter, otherwise one merged model; the
 * command, a compose file, and the chat template used in training.
 */
export const form: ExportForm = {
  check({ model, folder }) {
    if (model.task === 'causal-lm') return;
    throw new AttuneError('E_FORM_UNFIT', {
      what: `${folder} does not generate text, which this export form requires`,
      got: model.task,
      expected: 'causal-lm',
      fix: `serve it with attune serve ${folder}`,
    });
  },
  async write(opened, request) {
    const { draft, folder } = request;
    const rank = rankOf(opened);
    const template = join(opened.folder, TEMPLATE);
    const hasTemplate = opened.notes?.has_template !== false && existsSync(template);
    if (hasTemplate) copyFileSync(template, join(draft, TEMPLATE));
    const part = join(draft, rank === undefined ? MODEL : ADAPTER);
    makeFolders(part);
    const bytes =
      rank === undefined ? await merged.write(opened, { ...request, draft: part }) : copyAdapter(opened.folder, part);
    const plan: VllmPlan = {
      name: basename(folder) === 'vllm' ? basename(dirname(folder)) : basename(folder),
      base: rank === undefined ? undefined : opened.baseFolder,
      rank,
      template: hasTemplate ? TEMPLATE : undefined,
    };
    writeFileAtomic(join(draft, 'serve.sh'), serveScript(plan));
    chmodSync(join(draft, 'serve.sh'), 0o755);
    writeFileAtomic(join(draft, 'compose.yaml'), composeFile(plan));
    return bytes;
  },
  async reopen(draft) {
    const adapter = join(draft, ADAPTER);
    const target = existsSync(adapter) ? adapter : join(draft, MODEL);
    const { model, tuning } = await openModel(target, { precision: 'f32' });
    tuning?.merge({ isFinal: true });
    return model;
  },
  finish: async (folder) => [join(folder, 'serve.sh')],
};

/** Initialisations that change the base weights, so that the adapter does not fit the original base. */
const OF_WEIGHT: ReadonlySet<unknown> = new Set(['pissa', 'olora']);

interface AdapterConfig {
  peft_type: string;
  r: number;
  rank_pattern?: Record<string, number>;
  bias?: string;
  [key: string]: unknown;
}

/** Rank limit for vLLM; undefined if there is no adapter or vLLM does not support it. */
function rankOf({ folder, tuning }: OpenedModel): number | undefined {
  if (tuning === undefined) return undefined;
  const config = readJson<AdapterConfig>(join(folder, 'adapter_config.json'));
  const isOnTable = tuning.trainables.some(({ name }) => name.includes('.lora_embedding_'));
  const isPlain =
    !isOnTable &&
    config.peft_type === 'LORA' &&
    (config.bias ?? 'none') === 'none' &&
    !OF_WEIGHT.has(config.init_lora_weights) &&
    ['use_dora', 'lora_bias', 'modules_to_save', 'trainable_token_indices', 'target_parameters'].every((key) =>
      isUnset(config[key]),
    );
  const most = greatest(Object.values(config.rank_pattern ?? {}), config.r);
  return isPlain ? RANKS.find((room) => room >= most) : undefined;
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
}

function copyAdapter(from: string, to: string): number {
  const present = ADAPTER_FILES.filter((name) => existsSync(join(from, name)));
  for (const name of present) copyFileSync(join(from, name), join(to, name));
  return statSync(join(to, 'adapter_model.safetensors')).size;
}
