import { AttuneError } from '../base/errors.ts';
import { contentParts, type ImageFile, type Message } from '../text/message.ts';
import { codePointsIn } from './code-points.ts';
import type { Example, QuestionExample } from './example.ts';

/** `name=value` as an object, as the column `user_features` has it. */
function featuresRow(about: readonly string[] | undefined): Record<string, string> | undefined {
  if (about === undefined) return undefined;
  return Object.fromEntries(about.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]));
}

/** As SQuAD has it: places count code points. */
function questionRow({ question, context, answers }: QuestionExample): Record<string, unknown> {
  const starts = answers?.map(({ start }) => codePointsIn(context.slice(0, start)));
  return { question, context, answers: answers && { text: answers.map(({ text }) => text), answer_start: starts } };
}

/** A turn with images as OpenAI has it, in parts. */
function messageRow({ images, content, ...turn }: Message): Record<string, unknown> {
  return { ...turn, content: images === undefined ? content : contentParts({ content, images }, imagePart) };
}

function imagePart({ path }: ImageFile) {
  return { type: 'image_url', image_url: { url: path } };
}

/** An example as a row of its kind's own format, which detection reads back as the same example. */
export function exampleRow(example: Example): Record<string, unknown> {
  switch (example.kind) {
    case 'chat': {
      const { messages, tools, chatTemplateKwargs } = example;
      return { messages: messages.map(messageRow), tools, chat_template_kwargs: chatTemplateKwargs };
    }
    case 'completion':
      return { prompt: example.prompt, completion: example.completion };
    case 'text':
      return { text: example.text };
    case 'classification':
      if (example.media !== undefined) return { [example.media.kind]: example.media.path, label: example.label };
      return { text: example.text, text_pair: example.textPair, label: example.label };
    case 'speech':
    case 'image-text':
      return { [example.media.kind]: example.media.path, text: example.text };
    case 'recording':
      return { audio: example.media.path };
    case 'tagged':
      return { tokens: example.words, tags: example.tags };
    case 'question':
      return questionRow(example);
    case 'pair':
      return { anchor: example.anchor, positive: example.positive, negatives: example.negatives };
    case 'graded':
      return { sentence1: example.first, sentence2: example.second, score: example.score };
    case 'items':
      return { user: example.user, user_features: featuresRow(example.about), items: example.items };
    case 'multilabel':
      return { text: example.text, text_pair: example.textPair, labels: example.labels };
    case 'regression':
      return { text: example.text, text_pair: example.textPair, label: example.value };
    case 'stepwise':
      return { prompt: example.prompt, completions: example.completions, labels: example.labels };
    case 'preference':
    case 'feedback':
    case 'prompt':
      throw unwritable(example);
  }
}

function unwritable({ kind, source }: Example): AttuneError {
  return new AttuneError('E_WRONG_ROWS', {
    what: `Rows of kind "${kind}" cannot be written as rows to train on`,
    got: `${source.file}:${source.line}`,
    expected: 'conversations, prompts with completions, texts, or texts with labels',
  });
}
