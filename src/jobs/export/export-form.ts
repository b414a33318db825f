import type { EventSink } from '../../base/events.ts';
import type { Model } from '../../models/model.ts';
import type { GgufForm } from '../../models/gguf/index.ts';
import type { OpenedModel } from '../../answering/model/open-model.ts';

export interface WriteRequest {
  /** The temporary folder to write to, and its final path. */
  draft: string;
  folder: string;
  dtype: GgufForm;
  emit: EventSink;
}

/** A format in which a result can be exported. */
export interface ExportForm {
  /** Rejects models that the format cannot represent, before anything is scored or written. */
  check(opened: OpenedModel, dtype: GgufForm): void;
  /** Writes a model whose adapter has been merged. @returns bytes of the weights */
  write(opened: OpenedModel, request: WriteRequest): number | Promise<number>;
  /** Loads the exported model in f32, as far as possible from its files alone. */
  reopen(draft: string, opened: OpenedModel): Promise<Model>;
  /** Completes the exported folder. @returns commands for using it */
  finish?(folder: string, emit: EventSink): Promise<readonly string[]>;
}
