import { KINDS } from './page-kinds.ts';
import { SHARED_SCRIPT } from './shared.ts';

/** The page's script. It uses the same API as every other client. */
export const SCRIPT = String.raw`'use strict';
${KINDS}
${SHARED_SCRIPT}
/** Each question with its answers, one per model. */
let turns = [];
let models = [];
let controller;

async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (held + value).split('\n');
    held = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
      const event = JSON.parse(line.slice(6));
      if (event.error) throw new Error(event.error.message);
      yield event;
    }
  }
}

function numberIn(id) {
  return at(id).value === '' ? undefined : Number(at(id).value);
}

function messagesFor(model, question) {
  const system = at('system').value.trim();
  const before = turns.flatMap(({ question: asked, answers }) =>
    answers.has(model) ? [{ role: 'user', content: asked }, { role: 'assistant', content: answers.get(model) }] : []);
  return [...(system === '' ? [] : [{ role: 'system', content: system }]), ...before, { role: 'user', content: question }];
}

/** Scrolls with new content, unless the reader has scrolled up. */
function following(add) {
  const view = at('scroll');
  const isAtEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 60;
  add();
  if (isAtEnd) view.scrollTop = view.scrollHeight;
}

function newCard(model) {
  const card = {
    root: element('article', 'answer busy'),
    text: element('div', 'text'),
    thought: element('div', 'thought'),
    footer: element('footer'),
  };
  card.thought.hidden = true;
  card.root.append(element('h2', '', model), card.thought, card.text, card.footer);
  return card;
}

/** The request as a curl command, without the key. */
function curlOf(path, body) {
  const key = at('key').value === '' ? '' : ' -H "authorization: Bearer $OPENAI_API_KEY"';
  const text = JSON.stringify(body).replaceAll("'", "'\\''");
  const details = element('details');
  const command = 'curl ' + new URL(path, location.href) + key + " -H 'content-type: application/json' -d '" + text + "'";
  details.append(element('summary', '', 'curl'), element('pre', '', command));
  return details;
}

async function askModel({ id, task, columns }, turn, card) {
  const decides = ['text', 'rows'].includes(task) && at('questions').value.trim() !== '';
  const { path, body, show } = KINDS[decides ? 'decisions' : task];
  const asked = body(id, turn.question, columns && turn.row);
  card.start = performance.now();
  try {
    await show(card, await send(path, asked, controller.signal));
    turn.answers.set(id, card.text.textContent);
  } catch (error) {
    if (error.name === 'AbortError') {
      if (card.text.textContent !== '') turn.answers.set(id, card.text.textContent);
      card.footer.textContent ||= 'stopped';
      return;
    }
    card.root.classList.add('error');
    card.text.textContent += (card.text.textContent === '' ? '' : '\n') + error.message;
    if (turn.row === undefined) at('question').value ||= turn.question;
  } finally {
    card.root.classList.remove('busy');
    following(() => card.root.append(curlOf(path, asked)));
  }
}

async function ask(question, row) {
  const turn = { question, row, answers: new Map() };
  const asked = [at('model').value, at('beside').value].filter(Boolean).map((id) => models.find((one) => one.id === id));
  const cards = asked.map(({ id }) => newCard(id));
  const answers = element('div', 'answers');
  answers.append(...cards.map(({ root }) => root));
  at('said').append(element('div', 'question', question), answers);
  at('scroll').scrollTop = at('scroll').scrollHeight;
  controller = new AbortController();
  await Promise.all(asked.map((model, i) => askModel(model, turn, cards[i])));
  turns.push(turn);
}

function setBusy(isBusy) {
  at('said').setAttribute('aria-busy', isBusy);
  at('send').hidden = isBusy;
  at('stop').hidden = !isBusy;
  at('model').disabled = at('beside').disabled = at('clear').disabled = isBusy;
}

/** Values of the column fields; undefined if the model takes a single text. */
function rowTyped() {
  if (at('columns').hidden) return undefined;
  const filled = [...at('columns').querySelectorAll('input')].filter(({ value }) => value.trim() !== '');
  return Object.fromEntries(filled.map(({ name, value }) => [name, value.trim()]));
}

function showColumns(columns) {
  const fields = (columns ?? []).map((name) => {
    const field = element('label', '', name);
    const input = document.createElement('input');
    input.name = name;
    input.autocomplete = 'off';
    field.append(input);
    return field;
  });
  at('columns').replaceChildren(...fields);
  at('columns').hidden = columns === undefined;
  at('question').hidden = columns !== undefined;
  at('question').required = columns === undefined;
}

/** Only models of the same kind can be compared. */
function showModel() {
  const chosen = models.find(({ id }) => id === at('model').value);
  const others = models.filter((one) => one !== chosen && one.task === chosen?.task);
  at('beside').replaceChildren(new Option('no other', ''), ...others.map(({ id }) => new Option(id, id)));
  at('beside-label').hidden = others.length === 0;
  at('hint').textContent = chosen === undefined ? '' : KINDS[chosen.task].hint(chosen.id, chosen.columns);
  showColumns(chosen?.columns);
  at('system').placeholder = chosen?.defaults?.system ? 'as in training' : 'none';
  const tools = chosen?.defaults?.tools ?? [];
  if (tools.length > 0) at('hint').textContent += ' Requests use the tools of its training: ' + tools.join(', ') + '.';
}

function shownName({ id, parent, upstream }) {
  if (upstream !== undefined) return id + ' (upstream: ' + upstream + ')';
  return parent === null ? id : id + ' (on ' + parent + ')';
}

async function listModels() {
  at('hint').textContent = 'Loading the list of models …';
  try {
    const { data } = await (await send('v1/models')).json();
    models = data.filter(({ task }) => Object.hasOwn(KINDS, task));
    const wanted = at('model').value || new URLSearchParams(location.search).get('model');
    at('model').replaceChildren(...models.map((model) => new Option(shownName(model), model.id)));
    if (models.some(({ id }) => id === wanted)) at('model').value = wanted;
    showModel();
    if (models.length === 0) at('hint').textContent = 'No model here takes text. openapi.json describes the endpoints of this server.';
  } catch (error) {
    at('hint').textContent = error.message;
  }
}

function showSettings(isShown, focus) {
  at('settings').hidden = !isShown;
  at('toggle').setAttribute('aria-expanded', isShown);
  if (focus !== undefined) at(focus).focus();
}

function askForKey() {
  showSettings(true, 'key');
}

at('ask').addEventListener('submit', async (event) => {
  event.preventDefault();
  const row = rowTyped();
  const question = row === undefined ? at('question').value.trim() : Object.entries(row).map(([name, value]) => name + ': ' + value).join('\n');
  if (question === '' || models.length === 0 || !at('stop').hidden) return;
  if (!at('settings').checkValidity()) {
    showSettings(true);
    at('settings').reportValidity();
    return;
  }
  if (row === undefined) at('question').value = '';
  setBusy(true);
  await ask(question, row).finally(() => setBusy(false));
  if (document.activeElement === document.body) at('question').focus();
});
at('question').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    at('ask').requestSubmit();
  }
  if (event.key === 'ArrowUp' && at('question').value === '' && turns.length > 0) {
    event.preventDefault();
    at('question').value = turns.at(-1).question;
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') controller?.abort();
});
at('stop').addEventListener('click', () => controller?.abort());
at('clear').addEventListener('click', () => {
  turns = [];
  at('said').replaceChildren();
  at('question').focus();
});
at('toggle').addEventListener('click', () => showSettings(at('settings').hidden, at('settings').hidden ? 'system' : undefined));
at('settings').addEventListener('submit', (event) => event.preventDefault());
at('key').addEventListener('change', listModels);
at('model').addEventListener('change', showModel);
void listModels();
`;
