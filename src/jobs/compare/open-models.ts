import { openModel, type OpenedModel, type OpenOptions } from '../../answering/model/open-model.ts';

/** Keeps the model that was opened last, so that several ways of asking one share it and never two take memory. */
export class OpenModels implements Disposable {
  readonly #precision: OpenOptions['precision'];
  #key: string | undefined;
  #opened: OpenedModel | undefined;

  constructor(precision?: OpenOptions['precision']) {
    this.#precision = precision;
  }

  /** A target, or the base model that it was made from. @throws what `openModel` throws */
  async open(target: string, base: boolean): Promise<OpenedModel> {
    const key = JSON.stringify([target, base]);
    if (this.#opened !== undefined && this.#key === key) return this.#opened;
    this[Symbol.dispose]();
    this.#opened = await openModel(target, { base, ownTask: true, precision: this.#precision });
    this.#key = key;
    return this.#opened;
  }

  [Symbol.dispose](): void {
    this.#opened?.tuning?.dispose();
    this.#opened?.model.dispose();
    this.#opened = undefined;
  }
}
