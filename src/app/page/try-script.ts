/** The try box at work: sends the words, shows both answers as they come, line by line. Texts are set, never parsed. */
export const TRY_SCRIPT = `
(() => {
  const form = document.querySelector('form.try');
  const [ask, stop] = form.querySelectorAll('button');
  const output = form.querySelector('output');
  const part = (kind, name) => document.querySelector('[data-' + kind + '="' + name + '"]');
  let running;
  const show = (line) => {
    const answer = part('answer', line.system);
    const remark = part('remark', line.system);
    if (line.text !== undefined) answer.textContent = (answer.textContent + line.text).trimStart();
    if (line.error !== undefined) remark.textContent = 'failed: ' + line.error;
    if (line.finish !== undefined) {
      const end = line.finish === 'length' ? 'stopped at the limit of tokens' : 'ended by itself';
      remark.textContent = answer.textContent === '' ? '(nothing)' : end;
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
  const setRunning = (controller) => {
    running = controller;
    ask.disabled = controller !== undefined;
    stop.hidden = controller === undefined;
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (running !== undefined) return;
    for (const name of ['tuned', 'base']) part('answer', name).textContent = part('remark', name).textContent = '';
    setRunning(new AbortController());
    output.value = 'answering; the first time the models are loaded';
    const { text, kind, tokens } = form.elements;
    const body = JSON.stringify({ text: text.value, isChat: kind.value === 'chat', maxNewTokens: Number(tokens.value) });
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch('ask', { method: 'POST', headers, body, signal: running.signal });
      if (!response.ok) throw new Error('the server said ' + response.status);
      await read(response);
      output.value = '';
    } catch (error) {
      output.value = running.signal.aborted ? 'stopped' : 'attune no longer answers: is it still running in the terminal?';
    }
    setRunning(undefined);
  });
  stop.addEventListener('click', () => running?.abort());
  form.elements.text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
})();
`;
