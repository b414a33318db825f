import { SHARED_SCRIPT } from './shared.ts';

/** Script of the answers page: lists answers, opens one, and sends feedback. */
export const ANSWERS_SCRIPT = String.raw`'use strict';
${SHARED_SCRIPT}
const place = new URLSearchParams(location.search);
let alarm = place.get('alarm') ?? '';
/** Cursor of the next page. */
let next;
/** Number of the current search; replies to earlier ones are dropped. */
let search = 0;

function askForKey() {
  at('key').focus();
}

function field(name) {
  return document.querySelector('[name=' + name + ']');
}

function filters() {
  const asked = new URLSearchParams();
  const since = field('since').value;
  for (const name of ['model', 'version']) if (field(name).value.trim() !== '') asked.set(name, field(name).value.trim());
  if (since !== '') asked.set('since', Math.floor(Date.now() / 1000) - Number(since));
  if (at('search').value.trim() !== '') asked.set('search', at('search').value.trim());
  if (at('flagged').checked) asked.set('flagged', 'true');
  if (at('unrated').checked) asked.set('unrated', 'true');
  if (at('alarm').checked && alarm !== '') asked.set('alarm', alarm);
  return asked;
}

function told(feedback) {
  const score = { up: 'good', down: 'bad' }[feedback.score] ?? feedback.score;
  const parts = [score, feedback.label && 'label ' + feedback.label, feedback.correction && 'corrected: ' + feedback.correction, feedback.comment];
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
}

function about(answer) {
  const time = new Date(answer.created_at * 1000).toLocaleString();
  const confidence = answer.confidence === null ? undefined : 'confidence ' + answer.confidence.toFixed(2);
  const rated = answer.feedback.length === 0 ? undefined : answer.feedback.map(told).join(' · ').slice(0, 200);
  return [time, answer.model, answer.version, confidence, rated].filter(Boolean).join(' · ');
}

function headOf(answer) {
  const line = element('p', 'about');
  line.append(...answer.flags.map((flag) => element('span', 'flag', flag)), about(answer));
  return line;
}

function row(answer) {
  const root = element('article', 'kept');
  const open = element('button');
  open.type = 'button';
  open.setAttribute('aria-expanded', 'false');
  const name = (text) => {
    open.textContent = text;
    open.setAttribute('aria-label', text + ' ' + answer.id);
  };
  name('Open');
  const detail = element('div', 'open');
  open.addEventListener('click', async () => {
    const isOpen = detail.childNodes.length > 0;
    open.setAttribute('aria-expanded', !isOpen);
    name(isOpen ? 'Open' : 'Close');
    if (isOpen) detail.replaceChildren();
    else await show(answer.id, detail);
  });
  root.append(headOf(answer), element('p', 'asked', answer.asked ?? ''), element('p', 'said', answer.said ?? 'not stored'), open, detail);
  return root;
}

async function show(id, detail) {
  try {
    const answer = await (await send('v1/attune/answers/' + encodeURIComponent(id))).json();
    detail.replaceChildren(...parts(answer), rating(answer, detail));
  } catch (error) {
    detail.replaceChildren(element('p', 'error', error.message));
  }
}

function parts(answer) {
  const { prompt } = answer;
  const messages = Array.isArray(prompt) ? prompt.map(({ role, content }) => [role, content]) : prompt === null ? [] : [['Question', prompt]];
  const shown = [...messages, ['Answer', answer.answer ?? answer.label]].filter(([, content]) => content !== null && content !== undefined);
  const said = answer.feedback.map((one) => ['Feedback', told(one)]);
  return [...shown, ...said].flatMap(([title, content]) => [
    element('h3', '', String(title)),
    element('div', 'text', typeof content === 'string' ? content : JSON.stringify(content, null, 2)),
  ]).concat(element('p', 'about', answer.id));
}

function labelled(title, tag, value) {
  const label = element('label', '', title);
  const input = document.createElement(tag);
  input.value = value ?? '';
  label.append(input);
  return { label, input };
}

function thumbs(marked) {
  const names = { up: 'Good', down: 'Bad' };
  const buttons = Object.entries(names).map(([score, name]) => {
    const button = element('button', '', name);
    button.type = 'button';
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => {
      marked.score = marked.score === score ? undefined : score;
      for (const one of buttons) one.setAttribute('aria-pressed', one === button && marked.score !== undefined);
    });
    return button;
  });
  return buttons;
}

/** Sends feedback like any client. */
function rating(answer, detail) {
  const form = element('form', 'rate');
  const marked = {};
  const isClass = answer.label !== null;
  const right = isClass ? labelled('Right class', 'input') : labelled('What the answer should have been', 'textarea');
  const comment = labelled('Comment', 'input');
  const buttons = element('div');
  const save = element('button', 'main', 'Save');
  const state = element('span', 'about');
  buttons.append(...thumbs(marked), save, state);
  form.append(right.label, comment.label, buttons);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const [, id, choice] = /^(.*?)(?:#(\d+))?$/s.exec(answer.id);
    const given = { [isClass ? 'label' : 'correction']: right.input.value.trim() || undefined, comment: comment.input.value.trim() || undefined };
    const body = { completion_id: id, choice_index: Number(choice ?? 0), score: marked.score, ...given };
    save.disabled = true;
    try {
      await send('v1/attune/feedback', body);
      await show(answer.id, detail);
    } catch (error) {
      save.disabled = false;
      state.className = 'error';
      state.textContent = error.message;
    }
  });
  return form;
}

async function list(isMore) {
  const own = ++search;
  const asked = filters();
  if (isMore) asked.set('after', next);
  else at('list').replaceChildren();
  at('state').textContent = 'Searching …';
  at('more').hidden = true;
  try {
    const page = await (await send('v1/attune/answers?' + asked)).json();
    if (own !== search) return;
    next = page.next;
    at('list').append(...page.data.map(row));
    const found = at('list').childElementCount;
    const searched = page.searched_all ? '' : ' so far; older ones have not been searched yet';
    at('state').textContent = (found === 0 ? 'No answers' : found === 1 ? '1 answer' : found + ' answers') + (page.has_more ? searched || ', and more' : '');
    at('more').hidden = !page.has_more;
  } catch (error) {
    if (own === search) at('state').textContent = error.message;
  }
}

function showAlarm(id) {
  alarm = id;
  at('alarm').checked = id !== '';
  at('alarm-label').hidden = id === '';
}

/** Keys without admin rights see no alarms. */
async function listAlarms() {
  const reply = await send('v1/attune/alarms').then((response) => response.json(), () => ({ data: [] }));
  const cards = reply.data.map((one) => {
    const card = element('article');
    const examples = element('button', '', 'Examples');
    examples.type = 'button';
    examples.addEventListener('click', () => {
      showAlarm(one.id);
      void list(false);
    });
    card.append(element('h2', '', '▲ ' + one.model + ': ' + one.message), element('p', 'about', one.action), examples);
    return card;
  });
  at('alarms').replaceChildren(...cards);
  at('alarms').hidden = cards.length === 0;
}

at('filters').addEventListener('submit', (event) => {
  event.preventDefault();
  void list(false);
});
at('more').addEventListener('click', () => void list(true));
at('key').addEventListener('change', () => {
  void listAlarms();
  void list(false);
});
for (const name of ['model', 'version']) field(name).value = place.get(name) ?? '';
showAlarm(alarm);
void listAlarms();
void list(false);
`;
