/** Typed questions as texts for a sentence encoder: one for the state, and one for each option with its question. */
import { AttuneError } from '../../../base/errors.ts';
import type { DecisionQuestion } from '../../../data/kinds/decision.ts';
import type { Tokenizer } from '../../../models/text/index.ts';
import type { DecisionPrompt, DecisionReader } from './decision-prompts.ts';
import { optionNames } from './option-names.ts';
import { plainTexts, textFrame } from './plain-texts.ts';

/** Texts do not attend to each other, so neither other questions nor the order of options can change an answer. */
export class DecisionVectors implements DecisionReader {
  readonly #tokenizer: Tokenizer;
  #frame: ReturnType<typeof textFrame> | undefined;
  /** The last state's tokens, cached since its other questions follow. */
  #last: { state: string; ids: Promise<Int32Array> } | undefined;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** @throws AttuneError E_TEXT_EMPTY */
  async prompt(state: string, question: DecisionQuestion): Promise<DecisionPrompt> {
    const [first, options] = [await this.state(state), await this.options(question)];
    let next = first.length;
    const marks = options.map(({ length }) => (next += length) - length);
    const ids = Int32Array.from([first, ...options].flatMap((text) => [...text]));
    return { question, ids, marks, labels: [], state: first.length, texts: options.map(({ length }) => length) };
  }

  /** The state's tokens. */
  state(state: string): Promise<Int32Array> {
    if (this.#last?.state !== state)
      this.#last = { state, ids: this.#framed([state]).then(([ids]) => (ids.length > 0 ? ids : refuseEmpty())) };
    return this.#last.ids;
  }

  /** The tokens of each option with its question. */
  options(question: DecisionQuestion): Promise<Int32Array[]> {
    const { instructions = '' } = question;
    return this.#framed(optionNames(question).map((name) => `${instructions} ${name}`.trim()));
  }

  async #framed(texts: readonly string[]): Promise<Int32Array[]> {
    const { start, end } = await (this.#frame ??= textFrame(this.#tokenizer));
    return (await plainTexts(this.#tokenizer, texts)).map((ids) => Int32Array.from([...start, ...ids, ...end]));
  }
}

function refuseEmpty(): never {
  throw new AttuneError('E_TEXT_EMPTY', {
    what: 'A state without tokens has no vector',
    fix: 'leave out empty states',
  });
}
