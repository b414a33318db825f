/**
 * Filters, searches and pages through the answers of a report. It only shows and hides: without it everything is
 * there. The report embeds this function as its script, the studio calls it.
 */
// oxlint-disable-next-line max-lines-per-function -- a script of its own, embedded as one text
export function filterSamples(page: ParentNode): void {
  const section = page.querySelector('.samples');
  const form = section?.querySelector<HTMLFormElement>('.controls');
  if (!section || !form) return;
  const rows = [...section.querySelectorAll<HTMLElement>('.sample')];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const more = section.querySelector<HTMLElement>('.more')!;
  const none = section.querySelector<HTMLElement>('.none')!;
  const PAGE = 20;
  let most = PAGE;
  const fitting = () => {
    const typed = new FormData(form);
    const [shown, words] = [typed.get('shown'), String(typed.get('words')).trim().toLowerCase()];
    return rows.filter(({ dataset }, at) => {
      const isKind = shown === 'all' || dataset.change === shown || (shown === 'invalid' && dataset.invalid === 'yes');
      return isKind && texts[at].includes(words);
    });
  };
  const show = () => {
    const found = fitting();
    const visible = new Set(found.slice(0, most));
    for (const row of rows) row.hidden = !visible.has(row);
    more.hidden = found.length <= most;
    none.hidden = found.length > 0;
    form.querySelector('output')!.value = `${visible.size} of ${found.length} shown`;
  };
  form.addEventListener('input', () => {
    most = PAGE;
    show();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  more.querySelector('button')!.addEventListener('click', () => {
    const next = fitting()[most];
    most += PAGE;
    show();
    next.tabIndex = -1;
    next.focus();
  });
  form.reset();
  form.hidden = false;
  show();
}
