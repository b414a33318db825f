/** Typed questions as encoder rows: each option is scored at the mask token before it. */
import { AttuneError } from '../../../base/errors.ts';
import { pushAll } from '../../../base/many.ts';
import type { DecisionOption, DecisionQuestion } from '../../../data/kinds/decision.ts';
import type { RawConfig } from '../../../models/raw-config.ts';
import type { Tokenizer } from '../../../models/text/index.ts';
import type { DecisionPrompt, DecisionReader } from './decision-prompts.ts';
import { plainTexts } from './plain-texts.ts';

interface Frame {
  start: number;
  end: number;
  mask: number;
}

/**
 * Position of the state: before the questions, which share its encoding; or after each question, in a row of its own.
 */
export type MarkerLayout = 'state_first' | 'laya';

/** The layout that a model was trained with; undefined for one that does not score options. */
export function markerLayout({ scores_options: layout }: RawConfig): MarkerLayout | undefined {
  return layout === 'state_first' ? layout : undefined;
}

/**
 * `state_first`: `[CLS] state [SEP]`, then for each question `type question: instructions [SEP] [MASK] option … [SEP]`,
 * which attends to the state but not vice versa. `laya`: a row per question, with the state at its end. Questions never
 * attend to each other.
 */
export class DecisionMarkers implements DecisionReader {
  readonly #tokenizer: Tokenizer;
  readonly #layout: MarkerLayout;
  #frame: Promise<Frame> | undefined;
  /** The last state's tokens, cached since its other questions follow. */
  #last: { state: string; ids: Promise<Int32Array> } | undefined;

  constructor(tokenizer: Tokenizer, layout: MarkerLayout) {
    this.#tokenizer = tokenizer;
    this.#layout = layout;
  }

  /** @throws AttuneError E_DECISION_LABELS for a tokenizer without a mask token */
  async prompt(state: string, question: DecisionQuestion): Promise<DecisionPrompt> {
    const { start, end, mask } = await (this.#frame ??= this.#readFrame());
    const isFirst = this.#layout === 'state_first';
    const [head, ...texts] = isFirst
      ? await plainTexts(this.#tokenizer, [titleOf(question).trim(), ...question.options.map(nameOf(question))])
      : await layaTexts(this.#tokenizer, question);
    const body = await this.#idsOf(state);
    const before = isFirst ? [start, ...body, end] : [start];
    const ids = [...before, ...head, end];
    const marks = texts.map((text) => {
      const mark = ids.length;
      ids.push(mask);
      pushAll(ids, [...text]);
      return mark;
    });
    ids.push(end);
    if (!isFirst) pushAll(ids, [...body, end]);
    return { question, ids: Int32Array.from(ids), marks, labels: [], state: isFirst ? before.length : 0 };
  }

  #idsOf(state: string): Promise<Int32Array> {
    if (this.#last?.state !== state)
      this.#last = {
        state,
        ids: plainTexts(this.#tokenizer, [withoutMask(this.#tokenizer, state)]).then(([ids]) => ids),
      };
    return this.#last.ids;
  }

  async #readFrame(): Promise<Frame> {
    const [{ ids }] = await this.#tokenizer.encodeFramed([{ text: '' }]);
    const mask = this.#tokenizer.special.mask?.id;
    if (mask !== undefined && ids.length >= 2) return { start: ids[0], end: ids[ids.length - 1], mask };
    throw new AttuneError('E_DECISION_LABELS', {
      what: `The tokenizer of ${this.#tokenizer.origin} has no mask token, at which options are scored`,
      fix: 'choose a text encoder trained with masked language modelling, or score_by: vectors',
    });
  }
}

function titleOf({ type, instructions = '' }: DecisionQuestion): string {
  return `${type} question: ${instructions}`;
}

function nameOf({ type }: DecisionQuestion): (option: DecisionOption) => string {
  return ({ key, description }) =>
    [...(type === 'score' ? [] : [key]), ...(description === undefined ? [] : [description])].join(': ');
}

/** Laya's wording of a noul's options without descriptions. */
const SAYS: ReadonlyMap<string, string> = new Map([
  ['false', 'no, the statement does not hold'],
  ['true', 'yes, the statement holds'],
]);

/** Maximum tokens that Laya reads of an option. */
const LONGEST_OPTION = 48;

/** The question and its options in Laya's words. @throws AttuneError E_DECISION_LABELS for options that Laya would truncate */
async function layaTexts(tokenizer: Tokenizer, question: DecisionQuestion): Promise<Int32Array[]> {
  const { type, options } = question;
  const named = options.map(({ key, description }) => {
    if (type === 'score') return `level ${key}: ${description}`;
    const said = description ?? (type === 'noul' ? SAYS.get(key) : undefined);
    return said === undefined ? key : `${key}: ${said}`;
  });
  const texts = [titleOf(question), ...named.map((name) => ` ${name}`)].map((text) => withoutMask(tokenizer, text));
  const [head, ...read] = await plainTexts(tokenizer, texts);
  const long = read.findIndex(({ length }) => length > LONGEST_OPTION);
  if (long < 0) return [head, ...read];
  throw new AttuneError('E_DECISION_LABELS', {
    what: `The option "${options[long].key}" is longer than Laya models read`,
    got: `${read[long].length} tokens`,
    expected: `at most ${LONGEST_OPTION}`,
    fix: 'describe it in fewer words',
  });
}

/** Replaces mask tokens by spaces, as Laya does, so that the texts around a mask are split alike. */
function withoutMask(tokenizer: Tokenizer, text: string): string {
  const { mask } = tokenizer.special;
  return mask === undefined ? text : text.replaceAll(mask.content, ' ');
}
