import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic.ts';
import { tokenTableOf } from '../../models/architecture.ts';
import { loadGguf, planGguf, writeModelGguf } from '../../models/gguf/index.ts';
import { ggufVocabulary, ollamaModelfile } from '../../models/text/gguf/index.ts';
import { promptFormOf } from '../../answering/model/result-notes.ts';
import type { OpenedModel } from '../../answering/model/open-model.ts';
import { notedRecipe } from '../../answering/model/noted-recipe.ts';
import { systemOneTemplate } from '../../answering/tasks/rows/decision-prompts.ts';
import type { GgufMetadata, GgufValue } from '../../engine/tensor/gguf/index.ts';
import type { ExportForm } from './export-form.ts';

const WEIGHTS = 'model.gguf';

/** One file for llama.cpp with tokenizer and chat template, and a Modelfile for Ollama made from the same two (F19). */
export const form: ExportForm = {
  check({ model, tokenizer }, dtype) {
    planGguf(model, dtype);
    ggufVocabulary(tokenizer, tokenTableOf(model.trunk).count);
  },
  async write(opened, { draft, folder, dtype, emit }) {
    const { model, tokenizer, notes } = opened;
    const isPlain = promptFormOf(notes) === 'plain';
    const vocabulary = ggufVocabulary(tokenizer, tokenTableOf(model.trunk).count);
    const name = basename(folder) === 'gguf' ? basename(dirname(folder)) : basename(folder);
    // With a chat template llama.cpp would prompt in turns.
    const told = [...vocabulary.metadata].filter(([key]) => !isPlain || !key.startsWith('tokenizer.chat_template'));
    const metadata = new Map<string, GgufValue>([['general.name', { type: 'string', value: name }], ...told]);
    const plan = planGguf(model, dtype);
    for (const [key, value] of await decisionKeys(opened, plan.settings)) metadata.set(key, value);
    const bytes = writeModelGguf(join(draft, WEIGHTS), plan, metadata);
    const modelfile = ollamaModelfile(tokenizer, WEIGHTS, { isPlain, system: notes?.system_prompt });
    writeFileAtomic(join(draft, 'Modelfile'), modelfile.text);
    for (const message of [...vocabulary.differences, ...modelfile.differences])
      emit({ type: 'warning-raised', code: 'W_READ_OTHERWISE', message });
    return bytes;
  },
  reopen: (draft, { model }) => loadGguf(join(draft, WEIGHTS), model.config),
};

/** Keys with which llama.cpp answers typed questions at /v1/systemone, for models trained or calibrated for them. */
async function decisionKeys(
  { tokenizer, notes, calibration }: OpenedModel,
  settings: GgufMetadata,
): Promise<[string, GgufValue][]> {
  if (calibration === undefined && notedRecipe(notes)?.objective?.name !== 'decision') return [];
  const key = `${String(settings.get('general.architecture')!.value)}.decision`;
  const temperatures = Object.entries(calibration?.temperatures ?? {}).flatMap(([type, { all, buckets }]) => [
    [type, all] as const,
    ...Object.entries(buckets).map(([bucket, value]) => [`${type}.${bucket}`, value] as const),
  ]);
  return [
    [`${key}.type`, { type: 'string', value: 'openjev' }],
    ...temperatures.map(([name, value]): [string, GgufValue] => [
      `${key}.temperature.${name}`,
      { type: 'f32', value: Math.fround(value) },
    ]),
    ['tokenizer.chat_template.systemone', { type: 'string', value: await systemOneTemplate(tokenizer) }],
  ];
}
