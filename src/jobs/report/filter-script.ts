/**
 * The page's only script: filters, searches and pages through the answers. It only shows and hides existing content;
 * without it everything is visible. The page's policy allows exactly this text by its hash.
 */
export const FILTER_SCRIPT = `
(() => {
  const section = document.querySelector('.samples');
  if (section === null) return;
  const form = section.querySelector('.controls');
  const rows = [...section.querySelectorAll('.sample')];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const more = section.querySelector('.more');
  const none = section.querySelector('.none');
  const PAGE = 20;
  let most = PAGE;
  const fits = (row, text) => {
    const shown = form.elements.shown.value;
    const isKind = shown === 'all' || row.dataset.change === shown || (shown === 'invalid' && row.dataset.invalid === 'yes');
    return isKind && text.includes(form.elements.words.value.trim().toLowerCase());
  };
  const show = () => {
    const fitting = rows.filter((row, i) => fits(row, texts[i]));
    const visible = new Set(fitting.slice(0, most));
    for (const row of rows) row.hidden = !visible.has(row);
    more.hidden = fitting.length <= most;
    none.hidden = fitting.length > 0;
    form.querySelector('output').value = visible.size + ' of ' + fitting.length + ' shown';
  };
  form.addEventListener('input', () => { most = PAGE; show(); });
  form.addEventListener('submit', (event) => event.preventDefault());
  more.querySelector('button').addEventListener('click', () => {
    const next = rows.filter((row, i) => fits(row, texts[i]))[most];
    most += PAGE;
    show();
    next.tabIndex = -1;
    next.focus();
  });
  form.reset();
  form.hidden = false;
  show();
})();
`;
