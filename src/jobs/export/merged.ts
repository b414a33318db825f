import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeJson } from '../../files/json.ts';
import { calibrationPath } from '../../answering/model/kept-calibration.ts';
import { isQuantisation, type GgufForm } from '../../models/gguf/index.ts';
import { saveModel } from '../../models/save.ts';
import type { DType } from '../../engine/tensor/index.ts';
import { copyProcessor } from '../../answering/model/model-readers.ts';
import { openModel } from '../../answering/model/open-model.ts';
import { RESULT_NOTES } from '../../answering/model/result-notes.ts';
import type { ExportForm } from './export-form.ts';

/** Base model and adapter merged into one Hugging Face folder. */
export const form: ExportForm = {
  check({ tuning, folder }, dtype) {
    denseType(dtype);
    if (tuning !== undefined) return;
    throw new AttuneError('E_NOTHING_TO_MERGE', {
      what: `${folder} is a complete model without an adapter to merge`,
      got: folder,
      fix: 'use that folder as it is',
    });
  },
  write({ model, tokenizer, baseFolder, notes, calibration }, { draft, folder, dtype }) {
    const bytes = saveModel(model, draft, { dtype: denseType(dtype) });
    tokenizer.save(draft);
    copyProcessor(baseFolder, draft);
    if (notes !== undefined) writeJson(join(draft, RESULT_NOTES), { ...notes, folder, probe: undefined });
    if (calibration !== undefined) writeJson(calibrationPath(draft), calibration);
    return bytes;
  },
  async reopen(draft) {
    return (await openModel(draft, { precision: 'f32' })).model;
  },
};

function denseType(dtype: GgufForm): DType {
  if (!isQuantisation(dtype)) return dtype;
  throw new AttuneError('E_GGUF_UNSUPPORTED', {
    what: `${dtype} only exists in llama.cpp's file format`,
    fix: `export to it (--to gguf --dtype ${dtype}), or choose f32, bf16 or f16`,
  });
}
