/** Typed questions as encoder rows: each option is scored at the mask token before it (Laya's layout). */
import { AttuneError } from '../../../base/errors.ts';
import { pushAll } from '../../../base/many.ts';
import type { DecisionQuestion } from '../../../data/kinds/decision.ts';
import type { Tokenizer } from '../../../models/text/index.ts';
import type { DecisionPrompt, DecisionReader } from './decision-prompts.ts';

interface Frame {
  start: number;
  end: number;
  mask: number;
}

/** `[CLS] type question: instructions [SEP] [MASK] option … [SEP] state [SEP]`, one row per question. */
export class DecisionMarkers implements DecisionReader {
  readonly #tokenizer: Tokenizer;
  #frame: Promise<Frame> | undefined;
  /** Cache of the last state, since its other questions follow. */
  #last: { state: string; ids: Promise<Int32Array> } | undefined;

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
    const [head, ...texts] = (
      await this.#tokenizer.encodeBatch([`${type} question: ${instructions}`.trim(), ...shown])
    ).map((ids) => this.#plain(ids));
    const body = await this.#idsOf(state);
    const ids = [start, ...head, end];
    const marks = texts.map((text) => {
      const mark = ids.length;
      ids.push(mask);
      pushAll(ids, [...text]);
      return mark;
    });
    ids.push(end);
    pushAll(ids, [...body]);
    ids.push(end);
    return { question, ids: Int32Array.from(ids), marks, labels: [] };
  }

  #idsOf(state: string): Promise<Int32Array> {
    if (this.#last?.state !== state)
      this.#last = { state, ids: this.#tokenizer.encode(state).then((ids) => this.#plain(ids)) };
    return this.#last.ids;
  }

  /** Drops special tokens spelled out in a text, since they would be mistaken for the layout's own. */
  #plain(ids: Int32Array): Int32Array {
    const { unkId } = this.#tokenizer;
    return ids.filter((id) => id === unkId || !this.#tokenizer.isSpecial(id));
  }

  async #readFrame(): Promise<Frame> {
    const [{ ids }] = await this.#tokenizer.encodeFramed([{ text: '' }]);
    const mask = this.#tokenizer.special.mask?.id;
    if (mask !== undefined && ids.length >= 2) return { start: ids[0], end: ids[ids.length - 1], mask };
    throw new AttuneError('E_DECISION_LABELS', {
      what: `The tokenizer of ${this.#tokenizer.origin} has no mask token, at which options are scored`,
      fix: 'choose a text encoder trained with masked language modelling, or a chat model',
    });
  }
}
