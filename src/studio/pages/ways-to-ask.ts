/** Requests to each kind of model, and their replies, on the server's page. Only the API has further options. */
import { entryOf } from '../../base/table.ts';
import { eventsOf } from './api.ts';

export interface Model {
  id: string;
  task: string;
  parent: string | null;
  upstream?: string;
  columns?: readonly string[];
  defaults?: { system?: string; tools?: readonly string[] };
}

/** Settings on the page; texts as typed. */
export interface Settings {
  system: string;
  questions: string;
  constraint: string;
  temperature: string;
  top_p: string;
  max_tokens: string;
}

export interface Asked {
  model: string;
  question: string;
  row?: Readonly<Record<string, string>>;
  /** Earlier turns of this model. */
  before: readonly { role: string; content: string }[];
  settings: Settings;
}

/** Answer received so far. */
export interface Said {
  text?: string;
  thought?: string;
  calls?: readonly string[];
  /** Names with values from 0 to 1. */
  scores?: readonly (readonly [name: string, value: number])[];
  footer?: string;
}

export interface Way {
  hint(id: string, columns?: readonly string[]): string;
  path: string;
  body(asked: Asked): object;
  read(response: Response, show: (said: Said) => void): Promise<void>;
}

interface ClassifiedRow {
  spans?: readonly { text: string; label: string }[];
  answer?: string;
  value?: number;
  labels?: readonly string[];
  label?: string;
  probabilities?: Record<string, number>;
}

interface Decided {
  type: string;
  noul?: number;
  choice?: string;
  score?: number;
  probabilities?: Record<string, number>;
  legend?: Record<string, string>;
}

const MOST_SCORES = 10;

const text: Way = {
  hint: (id) => `Ask ${id} something.`,
  path: 'v1/chat/completions',
  body({ model, question, before, settings }) {
    const { system, temperature, top_p, max_tokens, constraint } = settings;
    return {
      model,
      messages: [
        ...(system.trim() === '' ? [] : [{ role: 'system', content: system.trim() }]),
        ...before,
        { role: 'user', content: question },
      ],
      temperature: numberOf(temperature),
      top_p: numberOf(top_p),
      max_tokens: numberOf(max_tokens),
      ...constraintOf(constraint),
      stream: true,
      stream_options: { include_usage: true },
    };
  },
  read: readStream,
};

const rows: Way = {
  hint: (id, columns) =>
    columns === undefined
      ? `Give ${id} a text to answer.`
      : `Give ${id} a row: a value for each column; an empty field is missing.`,
  path: 'v1/classify',
  body: ({ model, question, row }) => ({ model, input: row ?? question }),
  async read(response, show) {
    const [row] = ((await response.json()) as { data: ClassifiedRow[] }).data;
    const found = row.spans?.map((span) => `${span.text}: ${span.label}`).join('\n');
    const scores = Object.entries(row.probabilities ?? {}).toSorted(([, a], [, b]) => b - a);
    const said = found ?? row.answer ?? row.value ?? row.labels?.join(', ') ?? row.label ?? 'none';
    show({ text: String(said), scores: scores.slice(0, MOST_SCORES) });
  },
};

const vectors: Way = {
  hint: (id) => `${id} makes vectors. Write a query, and below it texts, one per line: they are ranked by the query.`,
  path: 'v1/rerank',
  body({ model, question }) {
    const [query, ...documents] = question.split('\n').filter((line) => line.trim() !== '');
    return { model, query, documents };
  },
  async read(response, show) {
    const { results } = (await response.json()) as {
      results: { document: { text: string }; relevance_score: number }[];
    };
    show({ scores: results.map(({ document, relevance_score: score }) => [document.text, score]) });
  },
};

const items: Way = {
  hint: (id) => `${id} recommends items. Write the choices of a user, one item per line.`,
  path: 'v1/recommend',
  body: ({ model, question }) => ({ model, items: linesOf(question) }),
  async read(response, show) {
    const [{ items: found }] = ((await response.json()) as { data: { items: { item: string }[] }[] }).data;
    show({ text: found.map(({ item }) => item).join('\n') });
  },
};

/** Asks typed questions from the settings about the text, of any model that answers texts or rows. */
const decisions: Way = {
  hint: () => '',
  path: 'v1/systemone',
  body: ({ model, question, settings }) => ({ model, state: question, questions: typedQuestions(settings.questions) }),
  async read(response, show) {
    const { answers } = (await response.json()) as { answers: Record<string, Decided> };
    const all = Object.entries(answers);
    const told = ({ choice, score, noul = 0 }: Decided) => choice ?? score?.toFixed(2) ?? (noul >= 0.5 ? 'yes' : 'no');
    show({
      text: all.map(([id, one]) => `${id}: ${told(one)}`).join('\n'),
      scores: all.flatMap(([id, { type, noul = 0, probabilities = {}, legend = {} }]) =>
        type === 'noul'
          ? [[id, noul] as const]
          : Object.entries(probabilities).map(([key, p]) => [`${id}: ${entryOf(legend, key) ?? key}`, p] as const),
      ),
    });
  },
};

/** By model task; `upstream` models are asked like local ones. */
const WAYS: Readonly<Record<string, Way>> = {
  text,
  rows,
  vectors,
  items,
  upstream: {
    ...text,
    hint: (id) => `Ask ${id} something. Another server answers: what you write leaves this machine.`,
  },
};

/** Returns the `Way` for a task; undefined if its models take no text. */
export function wayTo(task: string, questions = ''): Way | undefined {
  return ['text', 'rows'].includes(task) && questions.trim() !== '' ? decisions : entryOf(WAYS, task);
}

/** Parses "a | b" as a choice, "/…/" as a pattern, anything else as a JSON schema. */
export function constraintOf(typed: string): object {
  const form = typed.trim();
  if (form === '') return {};
  if (form.startsWith('{')) return { guided_json: form };
  const [, regex] = /^\/(.*)\/$/s.exec(form) ?? [];
  if (regex !== undefined) return { guided_regex: regex };
  return { guided_choice: form.split('|').map((one) => one.trim()) };
}

/** Parses one question per line: "Is it late?", "Queue: billing | sales", "Urgency: low < medium < high". */
export function typedQuestions(typed: string): Record<string, object> {
  return Object.fromEntries(
    linesOf(typed).map((line) => {
      const [, instructions = line, listed = ''] = /^(.*?):(.*[|<].*)$/.exec(line) ?? [];
      const isScore = !listed.includes('|');
      const options = listed
        .split(isScore ? '<' : '|')
        .map((option) => option.trim())
        .filter(Boolean);
      if (options.length === 0) return [instructions, { type: 'noul', instructions }];
      if (isScore) return [instructions, { type: 'score', instructions, criteria: options }];
      return [instructions, { type: 'choice', instructions, options }];
    }),
  );
}

interface Chunk {
  choices: {
    finish_reason?: string;
    delta: {
      content?: string;
      reasoning_content?: string;
      tool_calls?: { function: { name: string; arguments: string } }[];
    };
  }[];
  usage?: { completion_tokens: number } | null;
}

async function readStream(response: Response, show: (said: Said) => void): Promise<void> {
  const start = performance.now();
  let [first, last, counted, tokens] = [0, 0, undefined as number | undefined, 0];
  let [said, reason]: [Said, string | undefined] = [{ text: '', thought: '', calls: [] }, undefined];
  try {
    for await (const { choices, usage } of eventsOf<Chunk>(response)) {
      counted = usage?.completion_tokens ?? counted;
      const [choice] = choices;
      if (choice === undefined) continue;
      reason = choice.finish_reason ?? reason;
      const { content = '', reasoning_content: thought = '', tool_calls: calls = [] } = choice.delta;
      if (content + thought === '' && calls.length === 0) continue;
      last = performance.now();
      first ||= last;
      tokens++;
      said = {
        text: said.text + content,
        thought: said.thought + thought,
        calls: [...said.calls!, ...calls.map((call) => `calls ${call.function.name} ${call.function.arguments}`)],
      };
      show(said);
    }
  } finally {
    if (first > 0) show({ ...said, footer: statistics({ start, first, last, tokens: counted ?? tokens }, reason) });
  }
}

interface Times {
  start: number;
  first: number;
  last: number;
  tokens: number;
}

function statistics({ start, first, last, tokens }: Times, reason: string | undefined): string {
  const rate = last > first && tokens > 1 ? ((tokens - 1) / (last - first)) * 1000 : undefined;
  return [
    `${tokens} ${tokens === 1 ? 'token' : 'tokens'}`,
    rate !== undefined && `${rate.toFixed(rate < 10 ? 1 : 0)} tokens/s`,
    `first after ${((first - start) / 1000).toFixed(2)} s`,
    reason === 'length' && 'cut at the token limit',
    reason === undefined && 'stopped',
  ]
    .filter(Boolean)
    .join(' · ');
}

function numberOf(typed: string): number | undefined {
  return typed === '' ? undefined : Number(typed);
}

function linesOf(typed: string): string[] {
  return typed
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
