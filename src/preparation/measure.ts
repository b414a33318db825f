import type { Tokenizer } from '../models/text/index.ts';
import type { StepContext } from './preparation-step.ts';

/** Measures texts, and cuts them to a given length. */
export interface Measure {
  unit: 'tokens' | 'characters';
  lengths(texts: readonly string[]): Promise<number[]>;
  /** Splits a text into pieces of at most `most`, at the ends of tokens or characters. */
  pieces(text: string, most: number): Promise<string[]>;
}

export async function measureBy(tokenizer: string | null, context: StepContext): Promise<Measure> {
  return tokenizer === null ? characters : tokensOf(await context.openTokenizer(tokenizer));
}

const characters: Measure = {
  unit: 'characters',
  lengths: (texts) => Promise.resolve(texts.map(({ length }) => length)),
  pieces: (text, most) => Promise.resolve(cutAt(text, every(most, text.length))),
};

function tokensOf(tokenizer: Tokenizer): Measure {
  return {
    unit: 'tokens',
    lengths: async (texts) => (await tokenizer.encodeBatch(texts)).map(({ length }) => length),
    async pieces(text, most) {
      const [{ starts }] = await tokenizer.encodeWithOffsets([text]);
      return cutAt(
        text,
        every(most, starts.length).map((at) => starts[at]),
      );
    },
  };
}

function every(most: number, length: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(length / most) - 1) }, (_, index) => (index + 1) * most);
}

/** Never inside a surrogate pair. */
function cutAt(text: string, places: readonly number[]): string[] {
  const whole = places.map((at) => (/[\udc00-\udfff]/.test(text[at] ?? '') ? at - 1 : at));
  return [0, ...whole]
    .map((from, index) => text.slice(from, whole[index] ?? text.length))
    .filter((piece) => piece !== '');
}
