/**
 * Script of the review page: requests the next pair, and sends choices made by button or key. Texts are inserted as
 * text, never as markup.
 */
export const REVIEW_SCRIPT = `
(() => {
  const find = (selector) => document.querySelector(selector);
  const [prompt, left, right, reference] = ['prompt', 'left', 'right', 'reference'].map((name) => find('[data-text="' + name + '"]'));
  const status = find('[role="status"]');
  const trouble = find('[role="alert"]');
  const pair = find('.pair');
  const end = find('.end');
  const buttons = [...document.querySelectorAll('button[data-side]')];
  const undo = find('button[data-undo]');
  const selects = [...document.querySelectorAll('select')];
  const edit = find('textarea[data-edit]');
  const flags = [...document.querySelectorAll('input[data-flag]')];
  const flagged = (flag) => flags.find(({ dataset }) => dataset.flag === flag);
  let shown;
  let begun = 0;
  let isBusy = false;
  const show = (state) => {
    shown = state.pair;
    status.textContent = state.done + ' of ' + state.total + ' ' + status.dataset.counted;
    const isEnd = shown === undefined;
    pair.hidden = isEnd;
    end.hidden = !isEnd;
    for (const button of buttons) button.disabled = isEnd;
    undo.disabled = state.done === 0;
    if (isEnd) return;
    prompt.textContent = shown.prompt;
    left.textContent = shown.left || '(no answer)';
    right.textContent = shown.right || '(no answer)';
    reference.textContent = shown.reference ?? '';
    reference.closest('details').hidden = shown.reference === undefined;
    for (const select of selects) select.value = '';
    if (edit !== null) edit.value = '';
    for (const flag of flags) flag.checked = false;
    edit?.blur();
    begun = performance.now();
    scrollTo(0, 0);
  };
  const send = async (body) => {
    if (isBusy) return;
    isBusy = true;
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch('ask', { method: 'POST', headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error('the server said ' + response.status);
      const state = JSON.parse(await response.text());
      if (state.error !== undefined) throw new Error(state.error);
      trouble.textContent = '';
      show(state);
    } catch (error) {
      trouble.textContent = 'This was not saved: ' + error.message + '. Is attune still running in the terminal?';
    }
    isBusy = false;
  };
  const ratings = () => {
    const names = [...new Set(selects.map(({ dataset }) => dataset.criterion))];
    const value = (name, side) => selects.find(({ dataset }) => dataset.criterion === name && dataset.of === side).value;
    const both = names.map((name) => [name, [value(name, 'left'), value(name, 'right')]]);
    const given = both.filter(([, values]) => values.every((one) => one !== ''));
    return given.length === 0 ? undefined : Object.fromEntries(given.map(([name, values]) => [name, values.map(Number)]));
  };
  const choose = (side) => {
    if (shown === undefined) return;
    const seconds = Math.round(performance.now() - begun) / 1000;
    const words = edit === null || edit.value.trim() === '' ? undefined : edit.value;
    const raised = flags.filter(({ checked }) => checked).map(({ dataset }) => dataset.flag);
    send({ do: 'choose', item: shown.item, side, seconds, ratings: ratings(), edit: words, flags: raised });
  };
  const KEYS = { 1: 'left', ArrowLeft: 'left', 2: 'right', ArrowRight: 'right', 0: 'tie', x: 'neither' };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target instanceof HTMLSelectElement) return;
    if (edit !== null && event.target === edit) {
      if (event.key === 'Escape') edit.blur();
      return;
    }
    if (event.key === 'u') send({ do: 'undo' });
    else if (event.key === 'e' && edit !== null) edit.focus();
    else if (event.key === 'f') flagged('unsafe')?.click();
    else if (event.key === 'p') flagged('personal data')?.click();
    else if (Object.hasOwn(KEYS, event.key)) choose(KEYS[event.key]);
    else return;
    event.preventDefault();
  });
  for (const button of buttons) button.addEventListener('click', () => choose(button.dataset.side));
  undo.addEventListener('click', () => send({ do: 'undo' }));
  send({ do: 'next' });
})();
`;
