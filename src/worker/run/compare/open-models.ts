import { openModel, type OpenedModel } from '../open-model.ts';

/** Keeps the model that was opened last, so that several ways of asking one share it and never two take memory. */
export class OpenModels implements Disposable {
  #key: string | undefined;
  #opened: OpenedModel | undefined;

  /** A target, or the base model that it was made from. @throws what `openModel` throws */
  async open(target: string, base: boolean): Promise<OpenedModel> {
    const key = JSON.stringify([target, base]);
    if (this.#opened !== undefined && this.#key === key) return this.#opened;
    this[Symbol.dispose]();
    this.#opened = await openModel(target, { base, ownTask: true });
    this.#key = key;
    return this.#opened;
  }

  [Symbol.dispose](): void {
    this.#opened?.tuning?.dispose();
    this.#opened?.model.dispose();
    this.#opened = undefined;
  }
}
