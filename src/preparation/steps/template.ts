/** Renders rows from templates over a table's columns or a document's sections. */
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { sectionOrigin, withHeadings, type Item, type Origin } from '@attune/documents';
import { RowTemplate } from '../row-template.ts';
import { defineStep, eachItem, rowOf, type StepNotes } from '../preparation-step.ts';

const turn = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string().min(1) });
const options = z.strictObject({
  columns: z
    .record(z.string(), z.string().min(1))
    .nullable()
    .default(null)
    .describe('column → Jinja template: {prompt: "Price of {{ name }}?", completion: "{{ price }}"}'),
  messages: z
    .array(turn)
    .min(2)
    .nullable()
    .default(null)
    .describe('turns with a Jinja template each, instead of columns'),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'rows from Jinja templates over table columns, or over title, heading, headings and text of sections',
  takes: ['record', 'row', 'text'],
  version: 1,
  perItem: true,
  options,
  open(given) {
    const form = formOf(given);
    return eachItem((item, notes) => [...sourcesOf(item)].flatMap((source) => filled(source, form, { item, notes })));
  },
});

interface Form {
  templates: readonly RowTemplate[];
  build(texts: readonly string[]): Record<string, unknown>;
}

function formOf({ columns, messages }: Options): Form {
  if ((columns === null) === (messages === null)) {
    throw new AttuneError('E_STEP_OPTIONS', {
      what: 'The step template needs either columns or messages',
      got: columns === null ? 'neither' : 'both',
      expected:
        '"template: {columns: {prompt: …, completion: …}}" or "template: {messages: [{role: user, content: …}, …]}"',
    });
  }
  const entries: [string, string][] =
    columns === null ? messages!.map(({ content }, index) => [`messages[${index}]`, content]) : Object.entries(columns);
  const templates = entries.map(([name, source]) => new RowTemplate(`template.${name}`, source));
  const build = (texts: readonly string[]): Record<string, unknown> =>
    columns === null
      ? { messages: messages!.map(({ role }, index) => ({ role, content: texts[index] })) }
      : Object.fromEntries(entries.map(([name], index) => [name, texts[index]]));
  return { templates, build };
}

function* sourcesOf(item: Item): Generator<{ values: Record<string, unknown>; origins: readonly Origin[] }> {
  if (item.kind === 'record' || item.kind === 'row') yield { values: item.values, origins: item.origins };
  if (item.kind !== 'text') return;
  for (const { section, path } of withHeadings(item)) {
    if (section.text === '') continue;
    const values = { title: item.title ?? '', heading: section.heading ?? '', headings: path, text: section.text };
    yield { values, origins: [sectionOrigin(item, section, path)] };
  }
}

function filled(
  { values, origins }: { values: Record<string, unknown>; origins: readonly Origin[] },
  { templates, build }: Form,
  { item, notes }: { item: Item; notes: StepNotes },
): Item[] {
  const lacking = templates.flatMap(({ variables }) => variables).find((name) => isEmpty(values[name]));
  if (lacking !== undefined) {
    notes.leaveOut(item, `no value for "${lacking}"`);
    return [];
  }
  const texts = templates.map((template) => template.render(values));
  if (texts.every((text) => text !== '')) return [rowOf(build(texts), origins, item)];
  notes.leaveOut(item, 'a template that renders no text');
  return [];
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
