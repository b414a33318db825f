/** Script of the form: sends its fields and shows answers line by line. Texts are inserted as text, never as markup. */
export const TRY_SCRIPT = `
(() => {
  const form = document.querySelector('form.try');
  const [ask, stop] = form.querySelectorAll('button');
  const output = form.querySelector('output');
  const part = (kind, name) => document.querySelector('[data-' + kind + '="' + name + '"]');
  const systems = [...document.querySelectorAll('[data-result]')].map((element) => element.dataset.result);
  const make = (tag, kind, text) => {
    const element = document.createElement(tag);
    if (kind) element.className = kind;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const tones = new Map();
  const toneOf = (label) => tones.get(label) ?? tones.set(label, 1 + (tones.size % 3)).get(label);
  const marked = (parts) => {
    const text = make('p', 'said marked');
    for (const { text: words, label } of parts) {
      if (label === undefined) { text.append(words); continue; }
      const mark = make('mark', 'tone-' + toneOf(label), words);
      mark.append(make('small', '', label));
      text.append(mark);
    }
    return text;
  };
  const barred = (bars) => {
    const list = make('ol', 'bars');
    for (const { label, figure, share, isChosen } of bars) {
      const item = make('li', isChosen ? 'chosen' : '');
      item.append(make('span', 'label', label), make('span', 'figure', figure));
      if (share !== undefined) {
        const track = make('span', 'length');
        track.append(make('i'));
        track.firstChild.style.width = (100 * share).toFixed(1) + '%';
        item.append(track);
      }
      list.append(item);
    }
    return list;
  };
  const show = (line) => {
    const answer = part('answer', line.system);
    const remark = part('remark', line.system);
    if (line.text !== undefined) answer.textContent = (answer.textContent + line.text).trimStart();
    if (line.error !== undefined) remark.textContent = 'failed: ' + line.error;
    if (line.finish !== undefined) {
      const end = line.finish === 'length' ? 'stopped at the token limit' : 'ended by itself';
      remark.textContent = answer.textContent === '' ? '(nothing)' : end;
    }
    if (line.answer !== undefined) {
      const { headline, parts, bars, note } = line.answer;
      const shown = [];
      if (headline !== undefined) shown.push(make('p', 'headline', headline === '' ? '(nothing)' : headline));
      if (parts !== undefined) shown.push(marked(parts));
      if (bars !== undefined) shown.push(barred(bars));
      part('result', line.system).replaceChildren(...shown);
      remark.textContent = note ?? '';
    }
  };
  const read = async (response) => {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split('\\n');
      rest = lines.pop();
      for (const line of lines) show(JSON.parse(line));
    }
  };
  const addressOf = (file) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  const bodyOf = async () => {
    const { kind, tokens, file } = form.elements;
    const values = Object.fromEntries([...form.querySelectorAll('textarea')].map(({ name, value }) => [name, value]));
    const body = { values };
    if (tokens !== undefined) Object.assign(body, { isChat: kind.value === 'chat', maxNewTokens: Number(tokens.value) });
    if (file !== undefined) body.file = (await addressOf(file.files[0])).split(',')[1] ?? '';
    return JSON.stringify(body);
  };
  let running;
  const setRunning = (controller) => {
    running = controller;
    ask.disabled = controller !== undefined;
    stop.hidden = controller === undefined;
  };
  const checkFile = async () => {
    const { file } = form.elements;
    const [chosen] = file.files;
    const most = Number(file.dataset.most);
    file.setCustomValidity(chosen && chosen.size > most ? 'The file is larger than ' + Math.floor(most / 2 ** 20) + ' MB' : '');
    const preview = form.querySelector('.preview');
    if (!preview) return;
    preview.hidden = true;
    if (!chosen || chosen.size > most) return;
    preview.onload = () => { preview.hidden = false; };
    preview.src = await addressOf(chosen);
  };
  form.elements.file?.addEventListener('change', checkFile);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (running !== undefined) return;
    for (const name of systems) {
      for (const kind of ['answer', 'remark', 'result']) part(kind, name)?.replaceChildren();
    }
    setRunning(new AbortController());
    output.value = 'answering; the first time takes as long as loading the model';
    try {
      const body = await bodyOf();
      const headers = { 'content-type': 'application/json' };
      const response = await fetch('ask', { method: 'POST', headers, body, signal: running.signal });
      if (response.status === 400) output.value = 'a field is empty, or the file is empty or too large';
      else {
        if (!response.ok) throw new Error('the server said ' + response.status);
        await read(response);
        output.value = '';
      }
    } catch (error) {
      output.value = running.signal.aborted ? 'stopped' : 'attune no longer answers: is it still running in the terminal?';
    }
    setRunning(undefined);
  });
  stop.addEventListener('click', () => running?.abort());
  for (const text of form.querySelectorAll('textarea')) text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
})();
`;
