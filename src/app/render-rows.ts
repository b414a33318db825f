import { AttuneError } from '../base/errors.ts';
import type { Example, ExampleKind } from '../data/index.ts';
import { expectedText } from '../eval/example-text.ts';
import { type RenderableRow, Renderer, type RenderedRow, type Tokenizer } from '../text/index.ts';
import type { Problem } from '../base/errors.ts';
import type { Recipe } from '../train/recipe.ts';

export interface RenderedRows {
  rows: (RenderedRow | undefined)[];
  problems: Problem[];
}

type Render = (examples: readonly Example[], tokenizer: Tokenizer, recipe: Recipe) => Promise<RenderedRows>;

/** How rows of each kind are shown: as the model reads them, with the trained tokens marked. */
const renders: Partial<Record<ExampleKind, Render>> = {
  chat: renderTurns,
  completion: renderTurns,
  text: renderTurns,
  classification: renderWhole,
  multilabel: renderWhole,
  regression: renderWhole,
};

/** Rows of one kind as the model would see them. @throws AttuneError E_WRONG_ROWS for a kind that is not trained on */
export async function renderRows(
  examples: readonly Example[],
  tokenizer: Tokenizer,
  recipe: Recipe,
): Promise<RenderedRows> {
  const wrong = examples.find(({ kind }) => renders[kind] === undefined || kind !== examples[0].kind);
  const render = renders[examples[0]?.kind];
  if (render === undefined || (wrong !== undefined && render !== renders[wrong.kind])) throw wrongKind(wrong);
  return render(examples, tokenizer, recipe);
}

function wrongKind(wrong: Example | undefined): AttuneError {
  return new AttuneError('E_WRONG_ROWS', {
    what: 'The objective cannot use rows of this kind',
    got: wrong && `${wrong.kind} rows (${wrong.source.file}:${wrong.source.line})`,
    fix: 'choose another objective, or name the format and columns under data',
  });
}

async function renderTurns(
  examples: readonly Example[],
  tokenizer: Tokenizer,
  { objective }: Recipe,
): Promise<RenderedRows> {
  const trainOn = (objective as { train_on?: 'answers' | 'last_answer' | 'all' }).train_on;
  const renderer = new Renderer(tokenizer, trainOn === undefined ? {} : { trainOn });
  return renderer.renderRows(examples as readonly (Example & RenderableRow)[]);
}

/** The whole text or file is read; what is trained is the row's label or number, which is no token. */
async function renderWhole(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  if (!tokenizer.readsText) return { rows: examples.map(renderFile), problems: [] };
  const texts = examples as readonly (Example & { text: string; textPair?: string })[];
  const framed = await tokenizer.encodeFramed(texts.map(({ text, textPair }) => ({ text, pair: textPair })));
  const rows = framed.map(({ ids }, index): RenderedRow => {
    const text = `${tokenizer.decode(ids)}  → ${expectedText(texts[index])}`;
    const pieces = [{ text, start: 0, end: ids.length, trained: false }];
    return { ids, trained: new Uint8Array(ids.length), pieces };
  });
  return { rows, problems: [] };
}

/** A file is shown by its path. */
function renderFile(example: Example): RenderedRow {
  const path = 'media' in example && example.media !== undefined ? example.media.path : expectedText(example);
  const pieces = [{ text: `${path}  → ${expectedText(example)}`, start: 0, end: 0, trained: false }];
  return { ids: new Int32Array(), trained: new Uint8Array(), pieces };
}
