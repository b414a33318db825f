import { AttuneError } from '../base/errors.ts';
import type { CompletionExample, ItemsExample, PairExample, QuestionExample, TaggedExample } from '../data/example.ts';
import { kindOf, type Example } from '../data/kinds/index.ts';
import type { Layout } from '../data/kinds/kind.ts';
import { expectedText, promptText } from '../scoring/prompt-text.ts';
import {
  encodeWords,
  itemIds,
  type RenderableRow,
  Renderer,
  type RenderedRow,
  type Tokenizer,
} from '../models/text/index.ts';
import { imageTexts } from '../answering/tasks/rows/image-tokens.ts';
import {
  renderFeedback,
  renderPairs,
  renderPrompts,
  renderSteps,
  type RenderedRows,
  type RenderContext,
} from './render-answers.ts';

type Render = (examples: readonly Example[], tokenizer: Tokenizer, context: RenderContext) => Promise<RenderedRows>;

/** Renderers by the layout that a kind of rows declares: they show rows as the model reads them, with the trained tokens marked. */
const renders: Record<Layout, Render> = {
  turns: renderTurns,
  whole: renderWhole,
  words: renderWords,
  span: renderQuestions,
  preference: renderPairs,
  feedback: renderFeedback,
  steps: renderSteps,
  prompt: renderPrompts,
  texts: renderTexts,
  items: renderItems,
  file: renderFiles,
};

/** Renders rows of one kind as the model would see them. @throws AttuneError E_WRONG_ROWS for a kind that cannot be trained on */
export async function renderRows(
  examples: readonly Example[],
  tokenizer: Tokenizer,
  context: RenderContext,
): Promise<RenderedRows> {
  const layout = examples.length === 0 ? undefined : kindOf(examples[0]).layout;
  const wrong = examples.find((example) => layout === undefined || kindOf(example).layout !== layout);
  if (layout === undefined || wrong !== undefined) throw wrongKind(wrong);
  return renders[layout](examples, tokenizer, context);
}

function wrongKind(wrong: Example | undefined): AttuneError {
  return new AttuneError('E_WRONG_ROWS', {
    what: 'The objective cannot be used with rows of this kind',
    got: wrong && `${wrong.kind} rows (${wrong.source.file}:${wrong.source.line})`,
    fix: 'choose another objective, or set the format and columns under data',
  });
}

async function renderTurns(
  examples: readonly Example[],
  tokenizer: Tokenizer,
  { recipe: { objective }, media }: RenderContext,
): Promise<RenderedRows> {
  if (objective.name === 'seq2seq') return renderSequences(examples, tokenizer);
  const trainOn = 'train_on' in objective ? objective.train_on : undefined;
  const images = imageTexts({ tokenizer, media });
  const renderer = new Renderer(tokenizer, { images, ...(trainOn !== undefined && { trainOn }) });
  return renderer.renderRows(examples as readonly (Example & RenderableRow)[]);
}

/** Renders a text or file as input; the target label or number is not a token. */
async function renderWhole(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  if (!tokenizer.readsText) return { rows: examples.map(renderFile), problems: [] };
  const framed = await tokenizer.encodeFramed(
    examples.map((one) => ('textPair' in one ? { text: one.text, pair: one.textPair } : { text: promptText(one) })),
  );
  const rows = framed.map(({ ids }, index): RenderedRow => {
    const read = { text: `${tokenizer.decode(ids)}${ARROW}`, start: 0, end: ids.length, trained: false };
    return { ids, trained: new Uint8Array(ids.length), pieces: [read, labelPiece(examples[index], ids.length)] };
  });
  return { rows, problems: [] };
}

// oxlint-disable-next-line typescript/require-await -- as the others
async function renderFiles(examples: readonly Example[]): Promise<RenderedRows> {
  return { rows: examples.map(renderFile), problems: [] };
}

/** A file is represented by its path. */
export function renderFile(example: Example): RenderedRow {
  const path = 'media' in example && example.media !== undefined ? example.media.path : expectedText(example);
  const file = { text: `${path}${ARROW}`, start: 0, end: 0, trained: false };
  return { ids: new Int32Array(), trained: new Uint8Array(), pieces: [file, labelPiece(example, 0)] };
}

/** Separates the input from its label. */
const ARROW = '  → ';

/** The target label, which is not a token of the row. */
function labelPiece(example: Example, at: number): RenderedRow['pieces'][number] {
  return { text: expectedText(example) ?? '', start: at, end: at, trained: true };
}

/** Renders the prompt as the encoder reads it, then the answer, which is the target. */
async function renderSequences(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  const rows = await Promise.all(
    (examples as readonly CompletionExample[]).map(async ({ prompt, completion }): Promise<RenderedRow> => {
      const [read] = await tokenizer.encodeFramed([{ text: prompt }]);
      const [written] = await tokenizer.target.encodeFramed([{ text: completion.trim() }]);
      const ids = Int32Array.of(...read.ids, ...written.ids);
      const trained = new Uint8Array(ids.length).fill(1, read.ids.length);
      const pieces = [
        { text: `${tokenizer.decode(read.ids)}  → `, start: 0, end: read.ids.length, trained: false },
        { text: tokenizer.decode(written.ids), start: read.ids.length, end: ids.length, trained: true },
      ];
      return { ids, trained, pieces };
    }),
  );
  return { rows, problems: [] };
}

/** Renders words: the first token of each is trained, and shown with its tag. */
async function renderWords(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  const tagged = examples as readonly TaggedExample[];
  const encoded = await encodeWords(
    tokenizer,
    tagged.map(({ words }) => words),
  );
  const rows = encoded.map(({ ids, firsts }, i): RenderedRow => {
    const trained = new Uint8Array(ids.length);
    for (const token of firsts) if (token >= 0) trained[token] = 1;
    const pieces = tagged[i].words.map((word, n) => {
      const tag = tagged[i].tags[n];
      return { text: tag === 'O' ? `${word} ` : `${word}/${tag} `, start: 0, end: 0, trained: tag !== 'O' };
    });
    return { ids, trained, pieces };
  });
  return { rows, problems: [] };
}

/** Renders the question, then its text with the answer marked, or the first of several answers. */
async function renderQuestions(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  const asked = examples as readonly QuestionExample[];
  const framed = await tokenizer.encodeFramedWithOffsets(
    asked.map(({ question, context }) => ({ text: question, pair: context })),
  );
  const rows = framed.map(({ ids, ofPair }, i): RenderedRow => {
    const { question, context, answers = [] } = asked[i];
    const { start, text } = answers.at(0) ?? { start: context.length, text: '' };
    const parts = [`${question}\n${context.slice(0, start)}`, text, context.slice(start + text.length)];
    const pieces = parts.map((part, n) => ({ text: part, start: 0, end: 0, trained: n === 1 }));
    return { ids, trained: ofPair ?? new Uint8Array(ids.length), pieces };
  });
  return { rows, problems: [] };
}

/** Renders independent texts, one per line; no token is a target. */
async function renderTexts(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  const rows = await Promise.all(
    examples.map(async (example): Promise<RenderedRow> => {
      const texts = textsOf(example);
      const framed = await tokenizer.encodeFramed(texts.map(({ text }) => ({ text })));
      const ids = Int32Array.from(framed.flatMap((one) => [...one.ids]));
      const text = texts.map((one) => `${one.name}: ${one.text}`).join('\n');
      const read = { text, start: 0, end: ids.length, trained: false };
      const score = [{ ...read, text: `${text}${ARROW}` }, labelPiece(example, ids.length)];
      return { ids, trained: new Uint8Array(ids.length), pieces: example.kind === 'graded' ? score : [read] };
    }),
  );
  return { rows, problems: [] };
}

function textsOf(example: Example): { name: string; text: string }[] {
  if (example.kind === 'graded') {
    return [
      { name: 'first', text: example.first },
      { name: 'second', text: example.second },
    ];
  }
  const { anchor, positive, negatives } = example as PairExample;
  const wrong = negatives.map((text) => ({ name: 'negative', text }));
  return [{ name: 'anchor', text: anchor }, { name: 'positive', text: positive }, ...wrong];
}

/** Renders user features, then the items, each of which is a target; unknown items are in brackets. */
async function renderItems(examples: readonly Example[], tokenizer: Tokenizer): Promise<RenderedRows> {
  const rows = (examples as readonly ItemsExample[]).map((example): RenderedRow => {
    const { ids, lead } = itemIds(tokenizer, example);
    const known = (example.about ?? []).map((one) => ({ text: `${one} `, start: 0, end: 0, trained: false }));
    const chosen = example.items.map((item) => {
      const trained = tokenizer.idOf(item) !== null;
      return { text: trained ? `${item} ` : `(${item}) `, start: 0, end: 0, trained };
    });
    return { ids, trained: new Uint8Array(ids.length).fill(1, lead), pieces: [...known, ...chosen] };
  });
  return { rows, problems: [] };
}
