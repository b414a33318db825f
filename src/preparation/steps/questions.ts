/** Extracts question–answer pairs from documents: FAQ entries, and headings with the text below them. */
import { z } from 'zod';
import { sectionOrigin, withHeadings, type Item, type Origin, type TextDocument } from '@attune/documents';
import { blocksOf } from '../blocks.ts';
import { RowTemplate } from '../row-template.ts';
import { defineStep, eachItem, rowOf } from '../preparation-step.ts';

const options = z.strictObject({
  headings: z
    .enum(['questions', 'all'])
    .default('questions')
    .describe('use only headings that are questions, or all of them'),
  prompt: z
    .string()
    .min(1)
    .default('{{ heading }}')
    .describe('Jinja template of the prompt, from heading, headings (outermost first) and title'),
  least: z.int().min(1).default(5).describe('minimum characters of an answer'),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'questions and answers from documents, {prompt, completion}: FAQ entries, headings with their text',
  takes: ['text'],
  version: 2,
  perItem: true,
  options,
  open(given) {
    const prompt = new RowTemplate('questions.prompt', given.prompt);
    return eachItem((item, notes) => {
      if (item.kind !== 'text') return [];
      const pairs = [...pairsOf(item, given)];
      const long = pairs.filter(({ answer }) => answer.length >= given.least);
      for (let index = long.length; index < pairs.length; index++)
        notes.leaveOut(item, `answers shorter than ${given.least} characters`);
      if (pairs.length === 0) notes.leaveOut(item, 'no questions in it');
      return long.map((pair) => pairRow(pair, item, prompt));
    });
  },
});

interface Pair {
  question: string;
  answer: string;
  headings: readonly string[];
  origin: Origin;
}

function pairRow(
  { question, answer, headings, origin }: Pair,
  { title = '' }: TextDocument,
  prompt: RowTemplate,
): Item {
  const text = prompt.render({
    heading: question,
    headings: [...headings, ...(headings.at(-1) === question ? [] : [question])],
    title,
  });
  return rowOf({ prompt: text, completion: answer }, [origin]);
}

const QUESTION_WORDS =
  /^(?:how|what|why|when|where|who|which|can|could|do|does|did|is|are|should|may|will|wie|was|warum|wann|wo|wer|welche\w*|kann|comment|pourquoi|quand|où|qui|cómo|qué|por qué|cuándo|dónde|come|perché|quando|dove)\b/i;

/** Recognised by its question mark, or by its first word if it has several. */
function isQuestion(heading: string): boolean {
  const text = heading.replace(/^(?:q(?:uestion)?\s*)?[\d.]*[.):]?\s*/i, '');
  return /[?？]\s*$/.test(heading) || (QUESTION_WORDS.test(text) && text.split(/\s+/).length >= 3);
}

function* pairsOf(document: TextDocument, given: Options): Generator<Pair> {
  for (const { section, path } of withHeadings(document)) {
    const origin = sectionOrigin(document, section, path);
    const { heading, text } = section;
    const isFaq = FAQ.test([document.title ?? '', ...path].join('\n'));
    // Questions inside an answer belong to the answer.
    const asks = heading !== undefined && isQuestion(heading);
    const inner = [...markedPairs(asks ? text : withMarks(text, isFaq))];
    if (heading !== undefined && text !== '' && inner.length === 0 && (given.headings === 'all' || asks)) {
      yield {
        question: heading.replace(/^(?:q(?:uestion)?\s*\d*\s*[.:)]\s*|\d+(?:\.\d+)*[.)]?\s+)/i, ''),
        answer: text,
        headings: path,
        origin,
      };
    }
    for (const pair of inner) yield { ...pair, headings: path, origin };
  }
}

/** A title or heading that announces questions. */
const FAQ =
  /\b(?:faqs?|frequently asked|questions|häufige fragen|fragen und antworten|foire aux questions|preguntas frecuentes|perguntas frequentes|domande frequenti|veelgestelde vragen|vanliga frågor|часто задаваемые вопросы)\b|よくある質問|常见问题|자주 묻는 질문/iu;
const PLAIN_QUESTION = /^(?:\d{1,3}[.)]\s+|[-*]\s+)?(?:\p{Lu}|\p{Lo}|[¿“"])[^\n]{4,200}[?？]$/u;

/** Marks questions on separate lines, if there are several or the heading announces them. */
function withMarks(text: string, isFaq: boolean): string {
  const blocks = blocksOf(text);
  const asks = blocks.map((block, index) => PLAIN_QUESTION.test(block) && !Q.test(block) && index + 1 < blocks.length);
  if (!isFaq && asks.filter(Boolean).length < 2) return text;
  let isItem = false;
  return blocks
    .map((block, index) => {
      if (!asks[index]) return isItem ? block.replace(/^ {2,4}/gm, '') : block;
      isItem = /^(?:\d|[-*]\s)/.test(block);
      return `**${block.replace(/^(?:\d{1,3}[.)]|[-*])\s+/, '')}**`;
    })
    .join('\n\n');
}

const Q = /^(?:\*\*|__)?(?:q(?:uestion)?|f(?:rage)?)\s*\d*\s*[.:)](?:\*\*|__)?\s*/i;
const A = /^(?:\*\*|__)?(?:a(?:nswer)?|antwort)\s*\d*\s*[.:)](?:\*\*|__)?\s*/i;
const BOLD = /^(?:\*\*|__)(.+[?？])(?:\*\*|__)\s*/;

/** "Q: … A: …", and questions in bold before their answers. */
function* markedPairs(text: string): Generator<{ question: string; answer: string }> {
  let question: string | undefined;
  let answer: string[] = [];
  for (const block of blocksOf(text).flatMap(splitMarks)) {
    const bold = BOLD.exec(block)?.[1];
    if (bold === undefined && !Q.test(block)) {
      if (question !== undefined) answer.push(block.replace(A, ''));
      continue;
    }
    if (question !== undefined && answer.length > 0) yield { question, answer: answer.join('\n\n') };
    question = bold ?? block.replace(Q, '').trim();
    const rest = bold === undefined ? '' : block.replace(BOLD, '').replace(A, '').trim();
    answer = rest === '' ? [] : [rest];
  }
  if (question !== undefined && answer.length > 0) yield { question, answer: answer.join('\n\n') };
}

/** A question and its answer may be on adjacent lines. */
function splitMarks(block: string): string[] {
  const parts: string[] = [];
  for (const line of block.split('\n')) {
    if (parts.length === 0 || Q.test(line) || A.test(line)) parts.push(line);
    else parts[parts.length - 1] += `\n${line}`;
  }
  return parts;
}
