import { smallest } from '../../base/many.ts';
import { html, type Html } from '../../jobs/report/html.ts';
import type { LivePart } from '../../jobs/report/report-page.ts';
import type { RunReport } from '../../jobs/report/run-report.ts';
import type { ContenderName } from './contenders.ts';
import { MOST_FILE_BYTES } from './question.ts';
import type { TryKind, TryPlan } from './try-plan.ts';
import { TRY_SCRIPT } from './try-script.ts';

/** Formats whose rows are a text and its continuation; all others are conversations. */
const PLAIN_FORMATS: readonly string[] = ['prompt_completion', 'text', 'prompt_only'];

interface TextField {
  name: string;
  label: string;
  rows: number;
  value?: string;
  isOptional?: boolean;
  /** Shown next to the label. */
  hint?: string;
}

interface Form {
  /** Description of the form, in a sentence or two. */
  about: string;
  button: string;
  texts: readonly TextField[];
  file?: { label: string; accept: string };
}

/** A form to try the models, of the type that suits the result. */
export function tryBox(report: RunReport, plan: TryPlan): LivePart {
  const { kind, beside } = plan;
  const isPair = beside !== undefined;
  const { about, button, texts, file } = formOf(report, plan);
  const section = html`<section class="live">
    <h2>Try it</h2>
    <p class="soft">${about} Everything stays on this machine.</p>
    <form class="try" aria-label="${isPair ? 'Ask both models' : 'Ask the model'}" data-kind="${kind}">
      ${file && fileField(file)} ${texts.map(textField)}
      <div class="row">
        ${kind === 'writing' && writingOptions(report)}
        <button type="submit">${isPair && button === 'Ask' ? 'Ask both' : button}</button>
        <button type="button" class="quiet" hidden>Stop</button>
        <output class="soft small" aria-live="polite"></output>
      </div>
    </form>
    <div class="answers">
      ${answer('tuned', { title: isPair ? 'tuned' : 'answer', isWritten: kind === 'writing' })}
      ${beside && answer(beside.rival === undefined ? 'base' : 'rival', { title: beside.title, isWritten: kind === 'writing' })}
    </div>
  </section>`;
  return { section, script: TRY_SCRIPT, showsImages: file?.accept.startsWith('image') ?? false };
}

const IMAGE = { label: 'An image', accept: 'image/*' };

/** Inputs of the forms. */
interface FormParts extends Pick<TryPlan, 'columns' | 'collection' | 'trained'> {
  /** Prompt of a held-out row. */
  sample?: string;
  /** A single text field that contains the sample. */
  one(label: string): TextField;
}

function formOf({ samples }: RunReport, { kind, columns, collection, trained }: TryPlan): Form {
  const sample = questionOf(samples?.rows[0]?.prompt, trained);
  const one = (label: string): TextField => ({ name: 'text', label, rows: 3, value: sample });
  return FORMS[kind]({ one, columns, collection, sample, trained });
}

/** The question in a held-out conversation, without the system message, which is added to every question. */
function questionOf(prompt: string | undefined, trained: TryPlan['trained']): string | undefined {
  const before = `${trained?.systemPrompt ?? ''}\n`;
  return trained?.systemPrompt !== undefined && prompt?.startsWith(before) ? prompt.slice(before.length) : prompt;
}

/** Describes which defaults are sent with a message or missing. */
function askedWith({ systemPrompt, tools = [], differs = [] }: NonNullable<TryPlan['trained']>): string {
  const given = [
    ...(systemPrompt === undefined ? [] : ['the system message']),
    ...(tools.length > 0 ? ['the tools'] : []),
  ];
  const asked = given.length === 0 ? '' : ` Messages are sent with the ${given.join(' and ')} of the training rows.`;
  const names = { system: 'system messages', tools: 'tools' };
  const missing = differs.map((part) => names[part]).join(' and ');
  return missing === '' ? asked : `${asked} The training rows had different ${missing}; messages are sent without.`;
}

const SIDE_BY_SIDE =
  'The same input to the tuned model and to its base, side by side: always the most likely next ' +
  'token, as in the comparison.';

const FORMS: Record<TryKind, (parts: FormParts) => Form> = {
  writing: ({ one, trained }) => ({
    about: `${SIDE_BY_SIDE}${trained === undefined ? '' : askedWith(trained)}`,
    button: 'Ask',
    texts: [one('Your input')],
  }),
  text: ({ one, columns, sample }) => ({
    about: 'The model reads text as in training.',
    button: 'Ask',
    texts: columns === undefined ? [one('Your text')] : columnFields(columns, sample),
  }),
  question: () => ({
    about: 'The model finds the span of a text that answers a question, or reports that there is none.',
    button: 'Ask',
    texts: [
      { name: 'question', label: 'Your question', rows: 2 },
      { name: 'context', label: 'The text to search for the answer', rows: 6 },
    ],
  }),
  image: () => ({
    about: 'The model reads images as in training.',
    button: 'Ask',
    texts: [],
    file: IMAGE,
  }),
  recording: () => ({
    about: 'The model reads recordings as in training.',
    button: 'Ask',
    texts: [],
    file: { label: 'A recording', accept: 'audio/*' },
  }),
  similarity: ({ one, collection }) => ({
    about: `${similarityTask(collection.length)} 1 is the same direction, 0 is unrelated.`,
    button: 'Compare',
    texts: [one('A text'), { name: 'other', label: 'Another text', rows: 2, ...(collection.length > 0 && OPTIONAL) }],
  }),
  captions: ({ collection }) => ({
    about: 'Similarity of texts and an image: the cosine of their vectors.',
    button: 'Compare',
    texts: [{ name: 'text', label: 'Texts, one per line', rows: 4, value: collection.slice(0, 4).join('\n') }],
    file: IMAGE,
  }),
  items: ({ sample }) => ({
    about: 'Likely next choices.',
    button: 'Recommend',
    texts: [
      {
        name: 'text',
        label: 'Items chosen so far, one per line, the most recent last',
        rows: 4,
        value: itemsIn(sample),
      },
    ],
  }),
};

const OPTIONAL = { isOptional: true, hint: 'optional' };

function similarityTask(texts: number): string {
  return texts === 0
    ? 'Similarity of two texts.'
    : `Two texts are compared; a single one is searched for among ${texts} texts of the held-out rows.`;
}

/** Items of a held-out row, which are separated by commas. */
function itemsIn(prompt = ''): string {
  return prompt
    .split(/,\s*|\n/)
    .filter((item) => item !== '')
    .join('\n');
}

/** Fields for columns. The text of a held-out row has one named column per line, as in training. */
function columnFields(columns: readonly string[], sample = ''): TextField[] {
  const begun = columns.map((name) => `\n${sample}`.indexOf(`\n${name}: `));
  return columns.map((name, i) => {
    const end = smallest(
      begun.filter((place) => place > begun[i]),
      sample.length + 1,
    );
    const value = begun.includes(-1) ? '' : sample.slice(begun[i] + name.length + 2, end - 1);
    return { name: `column-${i}`, label: name, rows: value.includes('\n') ? 3 : 1, value, isOptional: true };
  });
}

function textField({ name, label, rows, value = '', isOptional = false, hint }: TextField): Html {
  const attributes = html`id="try-${name}" name="${name}" rows="${rows}"`;
  return html`<label for="try-${name}"
      >${label}${hint !== undefined && html` <span class="soft">(${hint})</span>`}</label
    >
    ${isOptional ? html`<textarea ${attributes}>${value}</textarea>` : html`<textarea ${attributes} required>${value}</textarea>`}`;
}

function fileField({ label, accept }: { label: string; accept: string }): Html {
  const most = Math.floor(MOST_FILE_BYTES / 2 ** 20);
  return html`<label for="try-file">${label} <span class="soft">(at most ${most} MB)</span></label>
    <input id="try-file" name="file" type="file" accept="${accept}" data-most="${MOST_FILE_BYTES}" required />
    ${accept.startsWith('image') && html`<img class="preview" alt="The chosen image" hidden />`}`;
}

function writingOptions({ data }: RunReport): Html {
  const isPlain = PLAIN_FORMATS.includes(data?.format ?? '');
  return html`${choice({ name: 'kind', value: 'plain', label: 'continue as text', isChosen: isPlain })}
    ${choice({ name: 'kind', value: 'chat', label: 'as a message', isChosen: !isPlain })}
    <label>at most <input name="tokens" type="number" min="1" max="4096" value="128" required /> tokens</label>`;
}

function choice({ name, value, label, isChosen }: { name: string; value: string; label: string; isChosen: boolean }) {
  const input = html`type="radio" name="${name}" value="${value}"`;
  return html`<label>${isChosen ? html`<input ${input} checked />` : html`<input ${input} />`} ${label}</label>`;
}

function answer(name: ContenderName, { title, isWritten }: { title: string; isWritten: boolean }): Html {
  return html`<div class="${name === 'tuned' ? 'latest' : ''}">
    <h3>${title}${name === 'base' && html` <span class="score">base</span>`}</h3>
    ${isWritten && html`<p class="said" data-answer="${name}"></p>`}
    <div class="result" data-result="${name}" aria-live="polite"></div>
    <p class="soft small" data-remark="${name}"></p>
  </div>`;
}
