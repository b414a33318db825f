import type { Model } from '../../models/model.ts';
import type { ResultNotes, Tuning } from '../interfaces.ts';
import { promptConfig } from './adapter-file.ts';
import { PeftAdapter, PROMPT_ROOT, type AdapterPart } from './peft-adapter.ts';
import { saveModules } from './saved-modules.ts';

/** A tuning with virtual tokens and, optionally, fully trained modules; `own`: its keys of adapter_config.json. */
export function promptTuning(
  model: Model,
  part: AdapterPart,
  { peftType, modulesToSave, own }: { peftType: string; modulesToSave: readonly string[]; own: object },
): Tuning {
  const saved = saveModules(model, modulesToSave, { root: PROMPT_ROOT });
  const config = (about: ResultNotes) => promptConfig(model, { ...about, peftType, modulesToSave }, own);
  return new PeftAdapter(model, [part, ...saved], config);
}
