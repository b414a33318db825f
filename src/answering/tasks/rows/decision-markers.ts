/** Typed questions as rows of an encoder, which scores each option at the mask token before it (Laya's layout). */
import { AttuneError } from '../../../base/errors.ts';
import type { DecisionQuestion } from '../../../data/kinds/decision.ts';
import type { Tokenizer } from '../../../models/text/index.ts';
import type { DecisionPrompt, DecisionReader } from './decision-prompts.ts';

interface Frame {
  start: number;
  end: number;
  mask: number;
}

/** `[CLS] type question: instructions [SEP] [MASK] option … [SEP] state [SEP]`, one row for each question. */
export class DecisionMarkers implements DecisionReader {
  readonly #tokenizer: Tokenizer;
  #frame: Promise<Frame> | undefined;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** @throws AttuneError E_DECISION_LABELS for a tokenizer without a mask token */
  async prompt(state: string, question: DecisionQuestion): Promise<DecisionPrompt> {
    const { start, end, mask } = await (this.#frame ??= this.#readFrame());
    const { type, instructions = '', options } = question;
    const shown = options.map(({ key, description }) =>
      [...(type === 'score' ? [] : [key]), ...(description === undefined ? [] : [description])].join(': '),
    );
    const [head, body, ...texts] = (
      await this.#tokenizer.encodeBatch([`${type} question: ${instructions}`.trim(), state, ...shown])
    ).map((ids) => this.#plain(ids));
    const ids = [start, ...head, end];
    const marks = texts.map((text) => {
      const mark = ids.length;
      ids.push(mask, ...text);
      return mark;
    });
    ids.push(end);
    for (const id of body) ids.push(id);
    ids.push(end);
    return { question, ids: Int32Array.from(ids), marks, labels: [] };
  }

  /** Special tokens that a text spells are left out: none of them may move a border. */
  #plain(ids: Int32Array): Int32Array {
    const { unkId } = this.#tokenizer;
    return ids.filter((id) => id === unkId || !this.#tokenizer.isSpecial(id));
  }

  async #readFrame(): Promise<Frame> {
    const [{ ids }] = await this.#tokenizer.encodeFramed([{ text: '' }]);
    const mask = this.#tokenizer.special.mask?.id;
    if (mask !== undefined && ids.length >= 2) return { start: ids[0], end: ids[ids.length - 1], mask };
    throw new AttuneError('E_DECISION_LABELS', {
      what: `The tokenizer of ${this.#tokenizer.origin} has no mask token, at which options could be scored`,
      fix: 'choose an encoder of texts that was trained with masks, or a chat model',
    });
  }
}
