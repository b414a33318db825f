/** The part of the page's script that queries each kind of model and renders its answer. */
export const KINDS = String.raw`
/** How each kind of model is queried; other options are in the API only. */
const KINDS = {
  text: {
    hint: (id) => 'Ask ' + id + ' something.',
    path: 'v1/chat/completions',
    body: (model, question) => ({
      model,
      messages: messagesFor(model, question),
      temperature: numberIn('temperature'),
      top_p: numberIn('top_p'),
      max_tokens: numberIn('max_tokens'),
      stream: true,
      stream_options: { include_usage: true },
    }),
    show: showStream,
  },
  rows: {
    hint: (id, columns) => 'Give ' + id + (columns === undefined ? ' a text.' : ' a row: a value per column; an empty field is missing.'),
    path: 'v1/classify',
    body: (model, question, row) => ({ model, input: row ?? question }),
    show: async (card, response) => {
      const [row] = (await response.json()).data;
      const found = row.spans?.map(({ text, label }) => text + ': ' + label).join('\n');
      card.text.textContent = found ?? row.answer ?? row.value ?? row.labels?.join(', ') ?? row.label ?? 'none';
      const shares = Object.entries(row.probabilities ?? {}).sort(([, a], [, b]) => b - a).slice(0, 10);
      showScores(card, shares);
    },
  },
  vectors: {
    hint: (id) => id + ' computes embeddings. Write a query, then texts to rank, one per line.',
    path: 'v1/rerank',
    body: (model, question) => {
      const [query, ...documents] = question.split('\n').filter((line) => line.trim() !== '');
      return { model, query, documents };
    },
    show: async (card, response) =>
      showScores(card, (await response.json()).results.map((one) => [one.document.text, one.relevance_score])),
  },
  items: {
    hint: (id) => id + ' recommends items. Write the items that a user chose, one per line.',
    path: 'v1/recommend',
    body: (model, question) => ({ model, items: question.split('\n').map((item) => item.trim()).filter(Boolean) }),
    show: async (card, response) => {
      const [{ items }] = (await response.json()).data;
      card.text.textContent = items.map(({ item }) => item).join('\n');
    },
  },
};

/** Queried like a local generative model. */
KINDS.upstream = {
  ...KINDS.text,
  hint: (id) => 'Write to ' + id + '. It runs on another server: your input leaves this machine.',
};

/** Typed questions from the settings, asked about the input; any model for text or rows can answer. */
KINDS.decisions = {
  path: 'v1/systemone',
  body: (model, state) => ({ model, state, questions: typedQuestions() }),
  show: async (card, response) => {
    const { answers } = await response.json();
    const entries = Object.entries(answers).flatMap(([id, one]) =>
      one.type === 'noul'
        ? [[id, one.noul]]
        : Object.entries(one.probabilities).map(([key, p]) => [id + ': ' + (one.legend?.[key] ?? key), p]));
    card.text.textContent = Object.entries(answers)
      .map(([id, one]) => id + ': ' + (one.choice ?? one.score?.toFixed(2) ?? (one.noul >= 0.5 ? 'yes' : 'no')))
      .join('\n');
    showScores(card, entries);
  },
};

/** One question per line: "Is it late?", "Queue: billing | sales", "Urgency: low < medium < high". */
function typedQuestions() {
  const lines = at('questions').value.split('\n').map((line) => line.trim()).filter(Boolean);
  return Object.fromEntries(lines.map((line) => {
    const [, instructions, listed] = /^(.*?):(.*[|<].*)$/.exec(line) ?? [undefined, line, ''];
    const isScore = !listed.includes('|');
    const options = listed.split(isScore ? '<' : '|').map((option) => option.trim()).filter(Boolean);
    if (options.length === 0) return [instructions, { type: 'noul', instructions }];
    if (isScore) return [instructions, { type: 'score', instructions, criteria: options }];
    return [instructions, { type: 'choice', instructions, options }];
  }));
}

function showScores(card, entries) {
  const list = element('dl');
  for (const [name, score] of entries) {
    const meter = document.createElement('meter');
    meter.value = score;
    meter.setAttribute('aria-hidden', 'true');
    const bar = element('dd');
    bar.append(meter);
    list.append(element('dt', 'text', name), element('dd', '', score.toFixed(3)), bar);
  }
  card.text.after(list);
}

async function showStream(card, response) {
  const times = { start: card.start };
  let [usage, reason, tokens] = [undefined, undefined, 0];
  try {
    for await (const { choices, usage: counted } of eventsOf(response)) {
      usage = counted ?? usage;
      const [choice] = choices;
      if (choice === undefined) continue;
      reason = choice.finish_reason ?? reason;
      const { content = '', reasoning_content: thought = '', tool_calls: calls = [] } = choice.delta;
      if (content + thought === '' && calls.length === 0) continue;
      times.first ??= performance.now();
      times.last = performance.now();
      tokens++;
      following(() => {
        card.text.textContent += content;
        card.thought.textContent += thought;
        if (thought !== '') card.thought.hidden = false;
        for (const { function: called } of calls) card.footer.before(element('pre', '', 'calls ' + called.name + ' ' + called.arguments));
      });
    }
  } finally {
    card.footer.textContent = statistics(times, usage?.completion_tokens ?? tokens, reason);
  }
}

function statistics({ start, first, last }, tokens, reason) {
  if (first === undefined) return '';
  const rate = last > first && tokens > 1 ? ((tokens - 1) / (last - first)) * 1000 : undefined;
  const parts = [tokens + (tokens === 1 ? ' token' : ' tokens')];
  if (rate !== undefined) parts.push(rate.toFixed(rate < 10 ? 1 : 0) + ' tokens/s');
  parts.push('first after ' + ((first - start) / 1000).toFixed(2) + ' s');
  if (reason === 'length') parts.push('cut at the token limit');
  if (reason === undefined) parts.push('stopped');
  return parts.join(' · ');
}
`;
