import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic.ts';
import { tokenTableOf } from '../../models/architecture.ts';
import { loadGguf, planGguf, writeModelGguf } from '../../models/gguf/index.ts';
import { ggufVocabulary, ollamaModelfile } from '../../models/text/gguf/index.ts';
import { promptFormOf } from '../../answering/model/result-notes.ts';
import type { ExportForm } from './export-form.ts';

const WEIGHTS = 'model.gguf';

/** One file for llama.cpp, with tokenizer and chat template, and a Modelfile for Ollama from the same two (F19). */
export const form: ExportForm = {
  check({ model, tokenizer }, dtype) {
    planGguf(model, dtype);
    ggufVocabulary(tokenizer, tokenTableOf(model.trunk).count);
  },
  write({ model, tokenizer, notes }, { draft, folder, dtype, emit }) {
    const isPlain = promptFormOf(notes) === 'plain';
    const vocabulary = ggufVocabulary(tokenizer, tokenTableOf(model.trunk).count);
    const name = basename(folder) === 'gguf' ? basename(dirname(folder)) : basename(folder);
    // A chat template would make llama.cpp ask in turns.
    const told = [...vocabulary.metadata].filter(([key]) => !isPlain || !key.startsWith('tokenizer.chat_template'));
    const metadata = new Map([['general.name', { type: 'string', value: name }] as const, ...told]);
    const bytes = writeModelGguf(join(draft, WEIGHTS), planGguf(model, dtype), metadata);
    const modelfile = ollamaModelfile(tokenizer, WEIGHTS, { isPlain, system: notes?.system_prompt });
    writeFileAtomic(join(draft, 'Modelfile'), modelfile.text);
    for (const message of [...vocabulary.differences, ...modelfile.differences])
      emit({ type: 'warning-raised', code: 'W_READ_OTHERWISE', message });
    return bytes;
  },
  reopen: (draft, { model }) => loadGguf(join(draft, WEIGHTS), model.config),
};
