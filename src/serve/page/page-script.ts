/** The script of the page: asks the same API as everybody. */
export const SCRIPT = `'use strict';
const at = (id) => document.getElementById(id);
let messages = [];
let controller;

function headers() {
  const key = at('key').value.trim();
  return { 'content-type': 'application/json', ...(key === '' ? {} : { authorization: 'Bearer ' + key }) };
}

function say(role, text) {
  const item = document.createElement('li');
  item.className = role;
  item.textContent = text;
  at('said').append(item);
  item.scrollIntoView({ block: 'end' });
  return item;
}

async function listModels() {
  const response = await fetch('v1/models', { headers: headers() });
  const body = await response.json();
  if (!response.ok) return say('error', body.error.message);
  const texts = body.data.filter(({ task }) => task === 'text');
  at('model').replaceChildren(...texts.map(({ id }) => new Option(id, id)));
  if (texts.length === 0) say('error', 'No model here writes text; /v1/classify, /v1/embeddings and others answer.');
}

async function* parts(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    held += value;
    const lines = held.split('\\n');
    held = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
      yield JSON.parse(line.slice(6));
    }
  }
}

async function ask(question) {
  say('user', question);
  const asked = [...messages, { role: 'user', content: question }];
  const item = say('assistant', '');
  controller = new AbortController();
  const body = { model: at('model').value, messages: asked, stream: true, temperature: Number(at('temperature').value) };
  const response = await fetch('v1/chat/completions', { method: 'POST', headers: headers(), body: JSON.stringify(body), signal: controller.signal });
  if (!response.ok) throw new Error((await response.json()).error.message);
  for await (const part of parts(response)) {
    if (part.error) throw new Error(part.error.message);
    item.textContent += part.choices[0]?.delta.content ?? '';
  }
  messages = [...asked, { role: 'assistant', content: item.textContent }];
}

function setBusy(isBusy) {
  at('send').disabled = isBusy;
  at('stop').hidden = !isBusy;
}

at('ask').addEventListener('submit', async (event) => {
  event.preventDefault();
  const question = at('question').value.trim();
  if (question === '') return;
  at('question').value = '';
  setBusy(true);
  try {
    await ask(question);
  } catch (error) {
    if (error.name !== 'AbortError') say('error', error.message);
  } finally {
    setBusy(false);
  }
});
at('question').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault();
    at('ask').requestSubmit();
  }
});
at('stop').addEventListener('click', () => controller?.abort());
at('clear').addEventListener('click', () => {
  messages = [];
  at('said').replaceChildren();
});
at('key').addEventListener('change', listModels);
at('who').addEventListener('submit', (event) => event.preventDefault());
void listModels();
`;
