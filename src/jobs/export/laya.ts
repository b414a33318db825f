import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { readLayaFolder, writeLayaFolder } from '../../answering/model/laya-folder.ts';
import { openModel } from '../../answering/model/open-model.ts';
import { saveModel } from '../../models/save.ts';
import { isQuantisation } from '../../models/gguf/index.ts';
import type { ExportForm } from './export-form.ts';

/** A model with a Laya head as a folder that Laya's own package reads. */
export const form: ExportForm = {
  check({ model, folder }, dtype) {
    if (model.config.laya !== undefined && !isQuantisation(dtype)) return;
    throw new AttuneError('E_FORM_UNFIT', {
      what: `${folder} cannot be written as a Laya folder`,
      got: isQuantisation(dtype) ? dtype : `a ${String(model.config.model_type)} model without a Laya head`,
      expected: 'a model that was tuned from a Laya model, in f32, bf16 or f16',
      fix: 'export it with --to merged',
    });
  },
  write({ model, tokenizer, calibration }, { draft, dtype }) {
    return inPassing((own) => {
      saveModel(model, own, { dtype: isQuantisation(dtype) ? undefined : dtype, shardBytes: Infinity });
      tokenizer.save(own);
      return writeLayaFolder(draft, { config: model.config, calibration }, own);
    });
  },
  reopen: (draft) =>
    inPassing(async (own) => {
      await readLayaFolder(draft, own);
      return (await openModel(own, { precision: 'f32' })).model;
    }),
};

async function inPassing<T>(body: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-laya-'));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
