import { openModel, type OpenedModel } from '../open-model.ts';

/** Keeps the model that was opened last, so that several ways of asking one share it and never two take memory. */
export class OpenModels implements Disposable {
  #target: string | undefined;
  #opened: OpenedModel | undefined;

  /** @throws what `openModel` throws */
  async open(target: string): Promise<OpenedModel> {
    if (this.#opened !== undefined && this.#target === target) return this.#opened;
    this[Symbol.dispose]();
    this.#opened = await openModel(target);
    this.#target = target;
    return this.#opened;
  }

  [Symbol.dispose](): void {
    this.#opened?.model.dispose();
    for (const { parameter } of this.#opened?.tuning?.trainables ?? []) parameter.tensor.dispose();
    this.#opened = undefined;
  }
}
