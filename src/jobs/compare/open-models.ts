import { openModel, type OpenedModel, type OpenOptions } from '../../answering/model/open-model.ts';

/** Keeps the most recently opened model, so that several ways of prompting share it and only one is in memory. */
export class OpenModels implements Disposable {
  readonly #precision: OpenOptions['precision'];
  #key: string | undefined;
  #opened: OpenedModel | undefined;

  constructor(precision?: OpenOptions['precision']) {
    this.#precision = precision;
  }

  /** Opens a target, or the base model that it was made from. @throws errors of `openModel` */
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
