import type { EventSink } from '../../base/events.ts';
import type { Model } from '../../models/model.ts';
import type { GgufForm } from '../../models/gguf/index.ts';
import type { OpenedModel } from '../../answering/model/open-model.ts';

export interface WriteRequest {
  /** Where the files go now, and the folder that this will be. */
  draft: string;
  folder: string;
  dtype: GgufForm;
  emit: EventSink;
}

/** A form in which a result can be written. */
export interface ExportForm {
  /** Refuses what it cannot hold, before anything is scored or written. */
  check(opened: OpenedModel, dtype: GgufForm): void;
  /** Writes a model whose adapter is merged. @returns bytes of the weights */
  write(opened: OpenedModel, request: WriteRequest): number | Promise<number>;
  /** The model that was written, from its files alone as far as they say it, in f32. */
  reopen(draft: string, opened: OpenedModel): Promise<Model>;
  /** Completes the written folder. @returns commands that use it */
  finish?(folder: string, emit: EventSink): Promise<readonly string[]>;
}
